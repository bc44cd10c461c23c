import { z } from 'zod'
import { DockError } from './dock-error.ts'
import { parseAnswer } from './parse-answer.ts'
import { send, type Wire } from './wire.ts'

/** How the dock proves who it is: OAuth 2.0 client credentials (RFC 6749 §4.4). */
export type DockCredentials = {
  tokenEndpoint: string
  clientId: string
  clientSecret: string
  scope: string
}

/** The dock's access token, asked for when first needed and shared by all calls. */
export type AccessTokens = { current(): Promise<string>; renewed(): Promise<string> }

const TIMEOUT_MS = 30_000
/** A token is replaced this long before it expires, so that it does not expire on its way. */
const RENEW_BEFORE_SECONDS = 120

const tokenAnswerSchema = z.object({ access_token: z.string(), expires_in: z.number() })

/** @throws DockError `sign-in-refused` from both functions when the credentials are not taken. */
export function accessTokens(
  credentials: DockCredentials,
  wire: Wire,
  now: () => Date,
  signal: AbortSignal | undefined,
): AccessTokens {
  let token: { value: string; renewAt: number } | undefined

  async function renewed(): Promise<string> {
    const { access_token, expires_in } = await request(credentials, wire, signal)
    const renewAt = now().getTime() + (expires_in - RENEW_BEFORE_SECONDS) * 1_000
    token = { value: access_token, renewAt }
    return access_token
  }

  return {
    current: async () => (token && now().getTime() < token.renewAt ? token.value : renewed()),
    renewed,
  }
}

async function request(credentials: DockCredentials, wire: Wire, signal: AbortSignal | undefined) {
  const { tokenEndpoint, clientId, clientSecret, scope } = credentials
  const answer = await send(
    {
      what: `POST ${tokenEndpoint}`,
      url: tokenEndpoint,
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope,
      }),
      timeoutMs: TIMEOUT_MS,
      signal,
    },
    wire,
  )
  if (answer.status === 200) return parseAnswer(tokenAnswerSchema, answer, tokenEndpoint)
  throw new DockError(
    'sign-in-refused',
    `${tokenEndpoint} answered ${answer.status} to dock ${clientId}: check its client id, secret and scope`,
  )
}
