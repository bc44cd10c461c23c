import type { IncomingMessage } from 'node:http'
import { answerEmpty, type HttpHandler } from './http-listener.ts'

/** Who may call the app from a page of another origin: `siteConfig.cors` of a function app. */
export type CorsOptions = {
  /** Each as a browser sends it, `https://host:port`; `*` alone stands for all. None: no CORS. */
  allowedOrigins: readonly string[]
}

/**
 * Answers pages of other origins in front of the app, as the platform does: a preflight (Fetch
 * Standard §3.2.2) of anybody ends here, with leave for any method and header where the origin is
 * allowed; all other answers, redirects and errors included, name the origin that may read them.
 * An app that allows no origin sees preflights as any other request.
 */
export function withCors({ allowedOrigins }: CorsOptions, handler: HttpHandler): HttpHandler {
  if (allowedOrigins.length === 0) return handler
  const forAll = allowedOrigins.includes('*')
  return async (request, response, url) => {
    const { origin } = request.headers
    if (origin === undefined) return handler(request, response, url)
    if (forAll) {
      response.setHeader('Access-Control-Allow-Origin', '*')
    } else if (allowedOrigins.includes(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin)
      response.setHeader('Vary', 'Origin')
    }
    const method = preflightFor(request)
    if (method === undefined) return handler(request, response, url)
    if (response.hasHeader('Access-Control-Allow-Origin')) {
      response.setHeader('Access-Control-Allow-Methods', method)
      const wanted = request.headers['access-control-request-headers']
      if (wanted) response.setHeader('Access-Control-Allow-Headers', wanted)
    }
    answerEmpty(response, 204)
  }
}

/** The method that a preflight asks leave for. */
const preflightFor = ({ method, headers }: IncomingMessage): string | undefined =>
  method === 'OPTIONS' ? headers['access-control-request-method'] : undefined
