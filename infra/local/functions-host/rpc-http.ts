import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpCookie, HttpData, TypedData } from '../core-module/rpc.ts'
import { BindingData, json } from './binding-data.ts'

/** A request as it travels to the worker when HTTP streaming is off: whole, its body in bytes. */
export function toRpcRequest(
  request: IncomingMessage,
  params: Record<string, string>,
  query: URLSearchParams,
  body: Buffer,
): HttpData {
  return {
    url: `http://${request.headers.host ?? 'localhost'}${request.url}`,
    method: request.method ?? 'GET',
    nullableHeaders: nullable(headersOf(request)),
    nullableParams: nullable(params),
    nullableQuery: nullable(joinedQuery(query)),
    ...(body.length > 0 && { body: { bytes: body } }),
  }
}

/**
 * The binding data of an HTTP request: query, then route, then the two collections, each kept out
 * by an earlier entry of its name. With HTTP streaming on, `@azure/functions` takes
 * `request.params` and `request.headers` from here, hence its traps.
 */
export function httpBindingData(
  request: IncomingMessage,
  params: Record<string, string>,
  query: URLSearchParams,
): BindingData {
  const data = new BindingData()
  for (const [name, value] of Object.entries(joinedQuery(query))) {
    // `code` is the host's own.
    if (name.toLowerCase() !== 'code') data.set(name, { string: value })
  }
  for (const [name, value] of Object.entries(params)) data.set(name, { string: value })
  if (!data.has('Query')) data.set('Query', json(joinedQuery(query)))
  if (!data.has('Headers')) data.set('Headers', json(headersOf(request)))
  return data
}

/** Sends what the worker gave back with HTTP streaming off; nothing at all is a 204. */
export function sendRpcResponse(response: ServerResponse, value: TypedData | null | undefined) {
  const http = value?.http
  if (!http) return void response.writeHead(204).end()
  response.statusCode = Number(http.statusCode ?? 200)
  for (const [name, text] of Object.entries(http.headers ?? {})) response.setHeader(name, text)
  if (http.cookies?.length) response.appendHeader('Set-Cookie', http.cookies.map(cookieText))
  const body = bodyOf(http.body)
  if (![204, 205, 304].includes(response.statusCode)) {
    response.setHeader('Content-Length', body.length)
  }
  response.end(body)
}

function bodyOf(body: TypedData | null | undefined): Buffer {
  return Buffer.from(body?.bytes ?? body?.string ?? body?.json ?? '')
}

/** Lower-case names; values that came more than once are joined, empty ones stay. */
function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [
      name,
      (values ?? []).join(name === 'cookie' ? '; ' : ','),
    ]),
  )
}

/** `?x=1&x=2` is one value, `1,2`. */
function joinedQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name).join(',')]))
}

function nullable(values: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))
}

/** RFC 6265, section 4.1.1; the value percent-encoded, as ASP.NET Core does. */
function cookieText(cookie: HttpCookie): string {
  const expires = cookie.expires && new Date(cookie.expires.value.seconds * 1000).toUTCString()
  const sameSite = { lax: 'Lax', strict: 'Strict', explicitNone: 'None', none: undefined }
  const attributes = {
    'Max-Age': cookie.maxAge?.value,
    Domain: cookie.domain?.value,
    Path: cookie.path?.value,
    Expires: expires,
    SameSite: sameSite[cookie.sameSite ?? 'none'],
  }
  return [
    `${cookie.name}=${encodeURIComponent(cookie.value)}`,
    ...Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : `${name}=${value}`,
    ),
    ...(cookie.secure?.value ? ['Secure'] : []),
    ...(cookie.httpOnly?.value ? ['HttpOnly'] : []),
  ].join('; ')
}
