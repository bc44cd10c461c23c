import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { errors, type Provider } from 'oidc-provider'
import type { DirectoryPerson } from './access-token.ts'
import { ROUTES } from './provider.ts'
import { signInPage } from './sign-in-page.ts'

/** A provider and its request handler, made once. */
export type Serving = { provider: Provider; answer: ReturnType<Provider['callback']> }

/**
 * Entra has its endpoints beside the issuer's path and only the discovery document below it. The
 * provider routes by `url` and builds links from what `originalUrl` has in front of it.
 */
export async function serve(
  { provider, answer }: Serving,
  { tenantId, people }: { tenantId: string; people: readonly DirectoryPerson[] },
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
): Promise<void> {
  const tenantPath = `/${tenantId}`
  const url = request.url ?? '/'
  if (!url.startsWith(`${tenantPath}/`)) return void response.writeHead(404).end()
  request.url = url.slice(tenantPath.length).replace(/^\/v2\.0(?=\/\.well-known\/)/, '')
  request.originalUrl = tenantPath + request.url
  try {
    if (request.url.startsWith(`${ROUTES.signIn}/`)) {
      await signIn(provider, people, request, response)
    } else {
      await answer(request, response)
    }
  } catch (error) {
    const known = error instanceof errors.OIDCProviderError
    if (!known) console.error('the OpenID issuer failed at', request.method, url, error)
    response.writeHead(known ? error.statusCode : 500, { 'content-type': 'text/plain' })
    response.end(known ? error.message : 'see the console of the OpenID issuer')
  }
}

async function signIn(
  provider: Provider,
  people: readonly DirectoryPerson[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionDetails(request, response)
  const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '')
  const person = people.find(({ oid }) => oid === form.get('person'))
  if (person) {
    return provider.interactionFinished(request, response, { login: { accountId: person.oid } })
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(signInPage(people))
}
