import type {
  HttpFunctionOptions,
  HttpHandler,
  HttpRequest,
  HttpResponseInit,
} from '@azure/functions'
import type { z } from 'zod'
import { spendAllowance } from '../access/limit.ts'
import { BluelampError } from '../errors.ts'
import { type Services, servicesFor } from '../services.ts'
import type {
  Access,
  Answer,
  Answers,
  Call,
  Declaration,
  Identified,
  Shape,
} from './declaration.ts'
import { identify } from './identify.ts'
import { problemOf } from './problem.ts'
import { clientAddress, readRequest } from './read-request.ts'
import { securityHeaders } from './security-headers.ts'

const declared = new Map<string, Declaration>()

/** Every route of this app, by name: the host loads all entry files before the first request. */
export const declaredRoutes = (): Declaration[] =>
  [...declared.values()].toSorted((one, other) => one.name.localeCompare(other.name))

/**
 * Declares a route, and gives what registers it: `app.http(...route({ … }))` is all that an entry
 * file holds. What is declared checks each request before `handle` sees it, types what `handle`
 * answers, and is what `/api/openapi.json` says of the route.
 *
 * To add one: give each answer a schema, beside the domain function that makes it, whose type is
 * inferred from it; name in `problems` what that function throws beyond what follows from the
 * declaration (see `problemsOf`); and give every status a case in the tests of the API document.
 */
export function route<
  const X extends Access,
  const A extends Answers,
  P extends Shape = Record<never, never>,
  H extends Shape = Record<never, never>,
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodUndefined,
>(
  declaration: Declaration<X, P, H, Q, B, A> & {
    handle(call: Call<X, P, H, Q, B>): Promise<Answer<A>>
  },
): [name: string, options: HttpFunctionOptions] {
  const { handle, ...route } = declaration
  declared.set(route.name, route)
  return [
    route.name,
    {
      methods: route.answersHead ? [route.method, 'HEAD'] : [route.method],
      // Tokens are checked here; keys of the host are for none but its own endpoints.
      authLevel: 'anonymous',
      route: route.path,
      // What is read of a request fits the declaration by then: it is what read it.
      handler: edge(route, (call) => handle(call as Call<X, P, H, Q, B>) as Promise<LooseAnswer>),
    },
  ]
}

type LooseCall = Call<'anyone', Shape, Shape, z.ZodObject, z.ZodType> & Partial<Identified>
type LooseAnswer = {
  status: number
  body?: unknown
  contentType?: string
  text?: string
  location?: string
  etag?: string
}

/**
 * The edge around every HTTP handler. It cannot throw and always answers: under the host, a handler
 * that does not can leave its caller hanging for minutes.
 */
function edge(
  declaration: Declaration,
  answer: (call: LooseCall) => Promise<LooseAnswer>,
): HttpHandler {
  return async (request, context) => {
    const url = new URL(request.url)
    const secured = ({ headers, ...response }: HttpResponseInit): HttpResponseInit => ({
      ...response,
      headers: { ...securityHeaders(url, declaration.access), ...headers },
    })
    try {
      const call = await callOf(declaration, request, url, servicesFor(context))
      // At the same time, but nothing is answered that is not on record.
      const [answered] = await Promise.all([answer(call), noteConsultation(declaration, call)])
      return secured(responseOf(answered))
    } catch (error) {
      if (!(error instanceof BluelampError)) context.error(error)
      return secured(problemOf(error, context.invocationId))
    }
  }
}

async function callOf(
  declaration: Declaration,
  request: HttpRequest,
  url: URL,
  services: Services,
): Promise<LooseCall> {
  const address = clientAddress(request)
  // Who calls is asked first: strangers do not learn what a request should look like.
  const identified = await identify(
    declaration,
    request.headers.get('authorization'),
    services,
    address,
  )
  if (declaration.limit) {
    await spendAllowance(services, identified?.caller.oid ?? null, declaration.limit)
  }
  const read = await readRequest(declaration, request, url)
  return { services, clientAddress: address, baseUrl: url.origin, ...read, ...identified }
}

/** What is looked up of footage in general, of people and of cameras is in no recording's trail. */
async function noteConsultation(
  { consults }: Declaration,
  { services, caller, clientAddress, params, query }: LooseCall,
): Promise<void> {
  if (!consults || !caller) return
  const subject = consults.subject({ params, query })
  const asked = { actor: caller.oid, consulted: consults.what, subject, clientAddress }
  await services.consultations.note(asked)
}

const responseOf = ({
  status,
  body,
  contentType,
  text,
  location,
  etag,
}: LooseAnswer): HttpResponseInit => ({
  status,
  headers: {
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(location !== undefined && { location }),
    ...(etag !== undefined && { etag }),
  },
  ...(text !== undefined && { body: text }),
  ...(body !== undefined && { jsonBody: body }),
})
