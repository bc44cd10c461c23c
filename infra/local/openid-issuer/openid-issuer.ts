import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { listenOnLoopback } from '../loopback.ts'
import type { DirectoryDock, DirectoryPerson } from './access-token.ts'
import { PEOPLE_CLIENT_ID } from './clients.ts'
import { memoryAdapterFactory } from './memory-adapter.ts'
import { createProvider, defaultScope, ROUTES } from './provider.ts'
import { SAMPLE_PERSON_GRANT } from './sample-person-grant.ts'
import { serve } from './serve.ts'
import { loadSigningKeys, rotated } from './signing-keys.ts'

export type OpenIdIssuerOptions = {
  /** 0, the default, takes any free port. */
  port?: number
  tenantId: string
  audience: string
  people: readonly DirectoryPerson[]
  docks: readonly DirectoryDock[]
  /** Folder in which the signing keys outlive this run. Without it they are new at each start. */
  dataDirectory?: string
}

export type OpenIdIssuer = {
  /** The exact `iss` of its tokens: `http://127.0.0.1:{port}/{tenantId}/v2.0`. */
  issuer: string
  jwksUri: string
  authorizationEndpoint: string
  tokenEndpoint: string
  /** The public client with which people sign in. */
  clientId: string
  /** The scope by which docks and people ask for a token to the app. */
  scope: string
  /**
   * An access token from the token endpoint for a person (oid or name) or a dock (oid, client id,
   * name or site).
   * @throws Error when there is no such person or dock.
   */
  tokenFor(who: string): Promise<string>
  /** Signs with a new key from now on; the key before it stays published until the next rotation. */
  rotateKeys(): Promise<void>
  /** Closes the port. May be called twice. */
  dispose(): Promise<void>
}

/**
 * Starts an OpenID provider on the loopback interface that answers like Microsoft Entra ID v2.0 for
 * one tenant: same paths, same access-token claims, real RS256 signatures. It asks nobody for a
 * password and belongs on a developer's machine only.
 * @throws Error that names the port when it is taken.
 */
export async function startOpenIdIssuer(options: OpenIdIssuerOptions): Promise<OpenIdIssuer> {
  const { tenantId, audience, people, docks, dataDirectory } = options
  const findPerson = (who: string) =>
    people.find(({ oid, name }) => oid === who || name.toLowerCase() === who.toLowerCase())
  const directory = { tenantId, audience, findPerson, docks }
  const signIns = {
    adapter: memoryAdapterFactory(),
    cookieSecret: randomBytes(32).toString('base64url'),
  }
  let keys = await loadSigningKeys(dataDirectory)

  const server = createServer()
  const listening = await listenOnLoopback(server, options.port ?? 0, 'the OpenID issuer')
  const tenant = `${listening.origin}/${tenantId}`
  const issuer = `${tenant}/v2.0`
  const provide = () => {
    const provider = createProvider(issuer, directory, keys, signIns)
    return { provider, answer: provider.callback() }
  }
  let current = provide()
  server.on('request', (request, response) => void serve(current, options, request, response))

  return {
    issuer,
    jwksUri: tenant + ROUTES.jwks,
    authorizationEndpoint: tenant + ROUTES.authorization,
    tokenEndpoint: tenant + ROUTES.token,
    clientId: PEOPLE_CLIENT_ID,
    scope: defaultScope(audience),
    tokenFor: async (who) => requestToken(tenant + ROUTES.token, credentialsOf(who)),
    rotateKeys: async () => {
      keys = await rotated(keys, dataDirectory)
      current = provide()
    },
    dispose: async () => {
      if (server.listening) await listening.close()
    },
  }

  function credentialsOf(who: string): Record<string, string> {
    const person = findPerson(who)
    if (person) {
      return { grant_type: SAMPLE_PERSON_GRANT, client_id: PEOPLE_CLIENT_ID, username: person.oid }
    }
    const dock = docks.find(({ oid, clientId, name, site }) =>
      [oid, clientId, name, site].includes(who),
    )
    if (!dock) throw new Error(`no sample person and no sample dock is called ${who}`)
    const { clientId: client_id, secret: client_secret } = dock
    return {
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      scope: defaultScope(audience),
    }
  }
}

async function requestToken(tokenEndpoint: string, form: Record<string, string>): Promise<string> {
  const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(form) })
  const answer = (await response.json()) as { access_token?: string; error_description?: string }
  if (answer.access_token) return answer.access_token
  throw new Error(`${tokenEndpoint} gave no token: ${response.status} ${answer.error_description}`)
}
