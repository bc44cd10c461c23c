import type { DirectoryDock } from './access-token.ts'
import { SAMPLE_PERSON_GRANT } from './sample-person-grant.ts'

/** The public client of people: sign-in with PKCE on a loopback address, or the sample-person grant. */
export const PEOPLE_CLIENT_ID = 'bluelamp-local'

/** Its registration: no secret, so PKCE is what protects the code. */
export function peopleClient() {
  return {
    client_id: PEOPLE_CLIENT_ID,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    // RFC 8252 §7.3: a native client may use any port of the loopback address.
    redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    grant_types: ['authorization_code', SAMPLE_PERSON_GRANT],
    response_types: ['code'],
  } as const
}

/** A dock's registration: client credentials and nothing else. */
export function dockClient({ clientId, secret }: DirectoryDock) {
  return {
    client_id: clientId,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [],
    grant_types: ['client_credentials'],
    response_types: [],
  } as const
}
