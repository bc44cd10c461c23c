import type { HttpHandler, HttpRequest, HttpResponseInit } from '@azure/functions'
import type { z } from 'zod'
import type { Caller } from '../access/authenticate.ts'
import { hasDuty } from '../clearance/decide.ts'
import type { Principal } from '../clearance/person.ts'
import type { Duty } from '../clearance/roles.ts'
import { BluelampError, type FieldError } from '../errors.ts'
import type { Visitor } from '../retrieve/admit.ts'
import { type Services, servicesFor } from '../services.ts'
import { problemOf } from './problem.ts'

/** The largest request body: metadata only, footage goes straight to storage. */
const BODY_LIMIT_CHARACTERS = 1_000_000

/** Nothing that is answered may be cached, sniffed or framed. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** One HTTP request, with everything a handler reads from it through a schema. */
export type Call = {
  services: Services
  clientAddress: string | null
  /** Where this app is reached, without a trailing slash: the base of URLs in answers. */
  baseUrl: string
  header(name: string): string | null
  param<S extends z.ZodType>(name: string, schema: S): z.output<S>
  query<S extends z.ZodType>(schema: S): z.output<S>
  body<S extends z.ZodType>(schema: S): Promise<z.output<S>>
  /** The body as it came. @throws BluelampError `too-large` */
  text(limitCharacters: number): Promise<string>
  /** Who calls, by the token alone; docks are in no register. */
  caller(duty: Duty): Promise<Caller>
  /** Who calls, with what the people register says of them now. */
  principal(): Promise<Principal>
  /** Who calls, and from where: what is decided on and recorded. */
  visitor(): Promise<Visitor>
}

/**
 * The edge around every HTTP handler. It cannot throw and always answers: under the host, a handler
 * that does not can leave its caller hanging for minutes.
 */
export function edge(answer: (call: Call) => Promise<HttpResponseInit>): HttpHandler {
  return async (request, context) => {
    try {
      const response = await answer(createCall(request, servicesFor(context)))
      return { ...response, headers: { ...SECURITY_HEADERS, ...response.headers } }
    } catch (error) {
      if (!(error instanceof BluelampError)) context.error(error)
      const problem = problemOf(error, context.invocationId)
      return { ...problem, headers: { ...SECURITY_HEADERS, ...problem.headers } }
    }
  }
}

function createCall(request: HttpRequest, services: Services): Call {
  const url = new URL(request.url)
  const authenticate = () => services.authenticate(request.headers.get('authorization'))
  const principal = async (): Promise<Principal> => {
    const caller = await authenticate()
    const registered = await services.people.find(caller.oid)
    return { ...caller, register: registered?.entry ?? null }
  }
  return {
    services,
    clientAddress: clientAddress(request),
    baseUrl: url.origin,
    header: (name) => request.headers.get(name),
    param: (name, schema) => parse(schema, request.params[name], name, 'not-found'),
    // The host mixes query entries into params; only the URL itself tells them apart.
    query: (schema) => parse(schema, queryOf(url.searchParams), 'query', 'invalid-request'),
    body: async (schema) => parse(schema, await readJson(request), 'body', 'invalid-request'),
    text: (limitCharacters) => readText(request, limitCharacters),
    async caller(duty) {
      const caller = await authenticate()
      requireDuty(caller, duty)
      return caller
    },
    principal,
    visitor: async () => ({ principal: await principal(), clientAddress: clientAddress(request) }),
  }
}

/**
 * Refuses a caller none of whose roles has a duty. This says nothing about any recording.
 * @throws BluelampError `forbidden`
 */
export function requireDuty(caller: Caller, duty: Duty): void {
  if (hasDuty(caller.roles, duty)) return
  throw new BluelampError(
    'forbidden',
    `Your roles do not include one that may ${duty.replaceAll('-', ' ')}.`,
  )
}

/** A query as an object; a name that is given several times becomes a list. */
function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const [first = '', ...others] = parameters.getAll(name)
      return [name, others.length === 0 ? first : [first, ...others]]
    }),
  )
}

async function readText(request: HttpRequest, limitCharacters: number): Promise<string> {
  const text = await request.text()
  if (text.length <= limitCharacters) return text
  throw new BluelampError('too-large', `The body is over ${limitCharacters} characters.`)
}

async function readJson(request: HttpRequest): Promise<unknown> {
  const text = await readText(request, BODY_LIMIT_CHARACTERS)
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new BluelampError('invalid-request', 'The body is not JSON.', { cause })
  }
}

function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: string,
  code: 'invalid-request' | 'not-found',
): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  // A path that names nothing is answered as one that names what the caller may not see.
  if (code === 'not-found')
    throw new BluelampError('not-found', 'There is nothing at this address.')
  const errors = parsed.error.issues.map(
    ({ path, message }): FieldError => ({ field: path.map(String).join('.') || place, message }),
  )
  const fields = errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new BluelampError('invalid-request', `Check the ${place}: ${fields}.`, { errors })
}

/**
 * The address that the front end of Azure saw, which it appends to what the client may have sent.
 * https://learn.microsoft.com/azure/app-service/overview-inbound-outbound-ips
 */
function clientAddress(request: HttpRequest): string | null {
  const forwarded = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
  if (!forwarded) return null
  const [, bracketed, plain] = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/.exec(forwarded) ?? []
  // An IPv6 address without brackets has no port: its last group must not be taken for one.
  return bracketed ?? plain ?? forwarded
}
