import { errors, type Provider } from 'oidc-provider'
import type { DirectoryPerson } from './access-token.ts'

/** RFC 6749 §4.3, which Entra knows as well. Here the password is not looked at. */
export const SAMPLE_PERSON_GRANT = 'password'

/** Grants need an id even where, as here, nothing but a one-hour token comes of them. */
const NO_STORED_GRANT = 'sample-person'

/**
 * Lets one call to the token endpoint give a token for a sample person, so that the API can be
 * tried with curl: `grant_type=password`, `client_id`, and `username` = name or object id.
 */
export function registerSamplePersonGrant(
  provider: Provider,
  resource: string,
  resourceServer: ConstructorParameters<Provider['ResourceServer']>[1],
  findPerson: (oidOrName: string) => DirectoryPerson | undefined,
): void {
  provider.registerGrantType<{ username?: string }>(
    SAMPLE_PERSON_GRANT,
    async (ctx) => {
      const { client, params } = ctx.oidc
      const person = findPerson(params.username ?? '')
      if (!person) {
        const reason = 'username is neither the name nor the oid of a sample person'
        throw new errors.CustomOIDCProviderError('invalid_grant', reason)
      }
      const token = new provider.AccessToken({
        accountId: person.oid,
        client,
        gty: SAMPLE_PERSON_GRANT,
        grantId: NO_STORED_GRANT,
        resourceServer: new provider.ResourceServer(resource, resourceServer),
        scope: resourceServer.scope,
      })
      ctx.body = {
        token_type: 'Bearer',
        expires_in: token.expiration,
        access_token: await token.save(),
      }
    },
    ['username', 'password', 'scope'],
  )
}
