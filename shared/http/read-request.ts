import { isIP } from 'node:net'
import type { HttpRequest } from '@azure/functions'
import { z } from 'zod'
import { BluelampError, type FieldError } from '../errors.ts'
import type { Declaration, Shape } from './declaration.ts'
import { illFormedAt } from './well-formed.ts'

/** The largest body where a route says no other: metadata only, footage goes straight to storage. */
const BODY_LIMIT_BYTES = 64 * 1024

/** What a route does not read may be there: trackers and caches add to queries. */
const ANY_QUERY = z.object({})

/**
 * All that a route reads of a request, each through its schema.
 * @throws BluelampError `not-found` for a path that names nothing; `invalid-request`; `too-large`
 */
export async function readRequest(declaration: Declaration, request: HttpRequest, url: URL) {
  const { params = {}, headers = {}, query = ANY_QUERY, body } = declaration
  return {
    params: shaped(params, 'not-found', (name) => request.params[name]),
    headers: shaped(headers, 'invalid-request', (name) => request.headers.get(name) ?? undefined),
    // The host mixes query entries into params; only the URL itself tells them apart.
    query: parse(query, queryOf(url.searchParams), 'query', 'invalid-request'),
    body: body && parse(body, await readBody(declaration, request), 'body', 'invalid-request'),
  }
}

const shaped = (shape: Shape, code: Fault, read: (name: string) => unknown) =>
  Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, parse(schema, read(name), name, code)]),
  )

/** A query as an object; a name that is given several times becomes a list. */
function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const [first = '', ...others] = parameters.getAll(name)
      return [name, others.length === 0 ? first : [first, ...others]]
    }),
  )
}

async function readBody(declaration: Declaration, request: HttpRequest): Promise<unknown> {
  const text = await readText(request, declaration.bodyLimitBytes ?? BODY_LIMIT_BYTES)
  if (declaration.accepts !== undefined) return text
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (cause) {
    throw new BluelampError('invalid-request', 'The body is not JSON.', { cause })
  }
}

/** A length that is declared is believed if it is too long, so that nothing is read in vain. */
async function readText(request: HttpRequest, limitBytes: number): Promise<string> {
  const tooLarge = () => new BluelampError('too-large', `The body is over ${limitBytes} bytes.`)
  if (Number(request.headers.get('content-length')) > limitBytes) throw tooLarge()
  const bytes = Buffer.from(await request.arrayBuffer())
  if (bytes.length > limitBytes) throw tooLarge()
  try {
    return UTF8.decode(bytes)
  } catch (cause) {
    throw new BluelampError('invalid-request', 'The body is not UTF-8. Save it as such.', { cause })
  }
}

/** What is not UTF-8 is refused, not mended: mended text would be kept as if it had been sent. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

type Fault = 'invalid-request' | 'not-found'

function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  place: string,
  code: Fault,
): z.output<S> {
  const illFormed = illFormedAt(value, place)
  const parsed = illFormed === null ? schema.safeParse(value, { error: plainly }) : null
  if (parsed?.success) return parsed.data
  // A path that names nothing is answered as one that names what the caller may not see.
  if (code === 'not-found')
    throw new BluelampError('not-found', 'There is nothing at this address.')
  const errors: FieldError[] = parsed?.error.issues.map(({ path, message }) => ({
    field: path.map(String).join('.') || place,
    message,
  })) ?? [{ field: illFormed ?? place, message: 'is not well-formed Unicode' }]
  const fields = errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new BluelampError('invalid-request', `Check the ${place}: ${fields}.`, { errors })
}

/** Zod would call what is missing an `undefined` received, which is nothing that a caller has sent. */
const plainly: z.core.$ZodErrorMap = ({ input }) => (input === undefined ? 'required' : undefined)

/**
 * The address that the front end of Azure saw, which it appends to what the client may have sent.
 * It stands in audit trails, so nothing but an address is taken for one.
 * https://learn.microsoft.com/azure/app-service/overview-inbound-outbound-ips
 */
export function clientAddress(request: HttpRequest): string | null {
  const forwarded = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
  if (!forwarded) return null
  const [, bracketed, plain] = /^(?:\[(.+)\]|([^:]+))(?::\d+)?$/.exec(forwarded) ?? []
  // An IPv6 address without brackets has no port: its last group must not be taken for one.
  const address = bracketed ?? plain ?? forwarded
  return isIP(address) ? address : null
}
