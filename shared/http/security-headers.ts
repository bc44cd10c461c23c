import type { Access } from './declaration.ts'

/** Nothing that is answered may be cached, sniffed or framed. */
const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** Two years: what preload lists ask for (RFC 6797, section 6.1.1). */
const HSTS_SECONDS = 2 * 365 * 86_400

/**
 * The headers of every answer, errors and redirects included. A player may be embedded in a page of
 * another origin, where it loads without CORS; nothing else may be embedded anywhere.
 * Over plain http, as on a developer's machine, HSTS must not be sent (RFC 6797, section 7.2).
 */
export const securityHeaders = (url: URL, access: Access): Record<string, string> => ({
  ...ALWAYS,
  'cross-origin-resource-policy': access === 'ticket' ? 'cross-origin' : 'same-origin',
  ...(url.protocol === 'https:' && {
    'strict-transport-security': `max-age=${HSTS_SECONDS}; includeSubDomains`,
  }),
})
