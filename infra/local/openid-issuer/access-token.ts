import { createHash } from 'node:crypto'

/** What the directory knows of a person who signs in. */
export type DirectoryPerson = { oid: string; name: string; roles: readonly string[] }

/** What the directory knows of a docking station: an application with a secret of its own. */
export type DirectoryDock = {
  clientId: string
  oid: string
  secret: string
  name: string
  site: string
}

/** Who an access token is about. */
export type Subject =
  | { kind: 'person'; person: DirectoryPerson; clientId: string }
  | { kind: 'dock'; dock: DirectoryDock }

/** What the provider has settled about a token: issuer, audience, id, and times in epoch seconds. */
export type Issuance = {
  iss: string
  aud: string
  tid: string
  jti: string
  iat: number
  exp: number
}

/** The one permission that people's clients ask for and that the token names in `scp`. */
export const DELEGATED_PERMISSION = 'access_as_user'

/**
 * The claims of an access token as Microsoft Entra ID v2.0 writes them: app roles in `roles`, `scp`
 * only for people, `idtyp: app` only for applications. As there, `sub` of a person differs from
 * `oid`, so an app that confuses the two fails here and not first in Azure.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function accessTokenClaims(subject: Subject, issuance: Issuance): Record<string, unknown> {
  const { iss, aud, tid, jti, iat, exp } = issuance
  const common = { iss, aud, tid, iat, nbf: iat, exp, uti: jti, ver: '2.0' }
  switch (subject.kind) {
    case 'dock': {
      const { oid, clientId } = subject.dock
      return { ...common, oid, sub: oid, azp: clientId, azpacr: '1', idtyp: 'app', roles: ['Dock'] }
    }
    case 'person': {
      const { oid, name, roles } = subject.person
      const sub = pairwiseSubject(oid, aud)
      return {
        ...common,
        oid,
        sub,
        name,
        azp: subject.clientId,
        azpacr: '0',
        roles,
        scp: DELEGATED_PERMISSION,
      }
    }
  }
}

/** OpenID Connect Core §8.1: another value for each relying party. */
function pairwiseSubject(oid: string, audience: string): string {
  return createHash('sha256').update(`${audience} ${oid}`).digest('base64url')
}
