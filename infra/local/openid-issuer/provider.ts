import {
  type AdapterFactory,
  interactionPolicy,
  Provider,
  type ResourceServer,
} from 'oidc-provider'
import {
  accessTokenClaims,
  DELEGATED_PERMISSION,
  type DirectoryDock,
  type DirectoryPerson,
  type Subject,
} from './access-token.ts'
import { dockClient, PEOPLE_CLIENT_ID, peopleClient } from './clients.ts'
import { registerSamplePersonGrant } from './sample-person-grant.ts'
import { errorPage } from './sign-in-page.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Entra's access tokens live 60 to 90 minutes; ours always the shortest. */
const ACCESS_TOKEN_SECONDS = 60 * 60
const SIGN_IN_SECONDS = 10 * 60
const SESSION_SECONDS = 12 * 60 * 60
const CODE_SECONDS = 60

/** Paths below `/{tenantId}` where Entra ID v2.0 has its endpoints. */
export const ROUTES = {
  authorization: '/oauth2/v2.0/authorize',
  token: '/oauth2/v2.0/token',
  jwks: '/discovery/v2.0/keys',
  signIn: '/sign-in',
} as const

export type Directory = {
  tenantId: string
  audience: string
  findPerson: (oidOrName: string) => DirectoryPerson | undefined
  docks: readonly DirectoryDock[]
}

/** What must stay the same when the keys change, or sign-ins under way would be lost. */
export type SignInState = { adapter: AdapterFactory; cookieSecret: string }

/** The scope that asks for all permissions of the app, as in Entra. */
export const defaultScope = (audience: string): string => `${resourceOf(audience)}/.default`

/**
 * The provider for one issuer and one set of keys, with every default that would print a notice
 * about production replaced, so that a notice which does appear is worth reading.
 */
export function createProvider(
  issuer: string,
  { tenantId, audience, docks, findPerson }: Directory,
  keys: SigningKeys,
  signIns: SignInState,
): Provider {
  const resource = resourceOf(audience)
  const resourceServer = {
    audience,
    scope: `${defaultScope(audience)} ${resource}/${DELEGATED_PERMISSION}`,
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  } satisfies ResourceServer
  const policy = interactionPolicy.base()
  // Consent asks people of other organisations; within one tenant an administrator has given it.
  policy.remove('consent')

  const provider = new Provider(issuer, {
    adapter: signIns.adapter,
    // The provider writes into the keys it is given.
    jwks: { keys: structuredClone([...keys]) } as never,
    cookies: { keys: [signIns.cookieSecret] },
    clients: [peopleClient(), ...docks.map(dockClient)],
    clientBasedCORS: () => true,
    pkce: { required: () => true },
    routes: ROUTES,
    scopes: ['openid'],
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: CODE_SECONDS,
      IdToken: ACCESS_TOKEN_SECONDS,
      Interaction: SIGN_IN_SECONDS,
      Session: SESSION_SECONDS,
      Grant: SESSION_SECONDS,
    },
    interactions: {
      policy,
      url: (_, { uid }) => `/${tenantId}${ROUTES.signIn}/${uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resourceServer,
      },
    },
    findAccount: (_, oid) =>
      findPerson(oid) && { accountId: oid, claims: () => ({ sub: oid, oid, tid: tenantId }) },
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc
      if (!client || !session?.accountId) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid')
      grant.addResourceScope(resource, resourceServer.scope)
      await grant.save()
      return grant
    },
    formats: {
      customizers: {
        jwt: (_, token, parts) => {
          const { jti, iat, exp } = parts.payload as { jti: string; iat: number; exp: number }
          parts.payload = accessTokenClaims(subjectOf(token), {
            iss: issuer,
            aud: audience,
            tid: tenantId,
            jti,
            iat,
            exp,
          })
          // Entra says JWT where RFC 9068 says at+jwt.
          parts.header = { typ: 'JWT' }
        },
      },
    },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = errorPage(out)
    },
  })
  registerSamplePersonGrant(provider, resource, resourceServer, findPerson)
  return provider

  function subjectOf(token: { accountId?: unknown; clientId?: string | undefined }): Subject {
    const person = typeof token.accountId === 'string' ? findPerson(token.accountId) : undefined
    if (person) return { kind: 'person', person, clientId: PEOPLE_CLIENT_ID }
    const dock = docks.find(({ clientId }) => clientId === token.clientId)
    if (dock) return { kind: 'dock', dock }
    throw new Error(
      `no person ${token.accountId} and no dock ${token.clientId} to issue a token to`,
    )
  }
}

/** Resource indicators must be URIs (RFC 8707 §2); an audience may also be a bare app id. */
function resourceOf(audience: string): string {
  return URL.canParse(audience) ? audience : `api://${audience}`
}
