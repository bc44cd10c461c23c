import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Oid, oidSchema } from '../clearance/person.ts'
import { ROLES, type Role } from '../clearance/roles.ts'
import type { Config } from '../config.ts'
import { BluelampError } from '../errors.ts'

/** How far clocks may differ when a token begins and ends. */
const CLOCK_TOLERANCE_SECONDS = 30

/** What jose raises when the keys do not arrive, or not as a key set: no fault of the token. */
const KEYS_FAILED: readonly string[] = [
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]

/** Who a token speaks for. What that person may see is not in the token. */
export type Caller = { oid: Oid; roles: Role[] }

/** A caller, and until when the token vouches for who they are and their roles. */
export type Vouched = Caller & { vouchedUntil: string }

/** Checks the bearer token of a request. */
export type Authenticate = (authorization: string | null) => Promise<Vouched>

const claimsSchema = z.object({
  oid: oidSchema,
  // Of several audiences another could pass the token on.
  aud: z.string(),
  roles: z.array(z.string()).default([]).transform(rolesOf),
})

/** Roles unknown to us grant nothing and are dropped. What is a dock is nothing else besides. */
function rolesOf(names: string[]): Role[] {
  return names.includes('Dock') ? ['Dock'] : ROLES.filter((role) => names.includes(role))
}

/**
 * Checks access tokens of one tenant of one issuer: RS256, exact `iss`, `aud` and `tid`, `exp` and
 * `nbf`. Keys come from the JWKS, which is cached and asked again when an unknown key appears.
 * ID tokens have the same issuer and, where the audience is a client id, the same `aud`: what they
 * lack is `azp`, the client that an access token was issued to.
 * https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 * The `x-ms-client-principal` header is never read: anyone who reaches the app could send it.
 * @throws BluelampError `unauthenticated`; `unavailable` if the keys cannot be fetched
 */
export function createAuthenticate(auth: Config['auth'], now: () => Date): Authenticate {
  const keys = createRemoteJWKSet(new URL(auth.jwksUri))
  return async (authorization) => {
    const [scheme, token, ...rest] = authorization?.split(' ') ?? []
    if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) {
      throw unauthenticated('Send an access token: Authorization: Bearer …')
    }
    const payload = await verify(token, keys, auth, now())
    const claims = claimsSchema.safeParse(payload)
    if (payload.tid !== auth.tenantId) throw unauthenticated('The token is of another tenant.')
    if (!claims.success) {
      throw unauthenticated('The token does not say who it speaks for, or not to this app alone.')
    }
    const { oid, roles } = claims.data
    const { exp = 0 } = payload
    const vouchedUntil = new Date((exp + CLOCK_TOLERANCE_SECONDS) * 1000).toISOString()
    return { oid, roles, vouchedUntil }
  }
}

async function verify(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  auth: Config['auth'],
  currentDate: Date,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      typ: 'JWT',
      issuer: auth.issuer,
      audience: auth.audience,
      requiredClaims: ['exp', 'nbf', 'tid', 'oid', 'azp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate,
    })
    return payload
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError) || KEYS_FAILED.includes(cause.code)) {
      throw new BluelampError('unavailable', 'The keys to check tokens with cannot be fetched.', {
        cause,
      })
    }
    throw unauthenticated(`The access token is not accepted: ${cause.code}.`, cause)
  }
}

const unauthenticated = (message: string, cause?: unknown): BluelampError =>
  new BluelampError('unauthenticated', message, { cause })
