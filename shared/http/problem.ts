import type { HttpResponseInit } from '@azure/functions'
import { RestError } from '@azure/storage-blob'
import { BluelampError, type ErrorCode, faultOf } from '../errors.ts'

/** Where the meaning of each problem type is written down. A URN: it need not resolve. */
const TYPE_PREFIX = 'urn:bluelamp:problem:'

/** Status codes from here on are the fault of the other side. */
const SERVER_FAULT = 500

/**
 * The answer to a caller for any error, as `application/problem+json` (RFC 9457). Errors that were
 * not raised on purpose say nothing but the correlation id, under which the log has the rest.
 */
export function problemOf(error: unknown, correlationId: string): HttpResponseInit {
  const { code, detail, errors } = describe(error)
  const { status, title } = faultOf(code)
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify({
      type: `${TYPE_PREFIX}${code}`,
      title,
      status,
      detail,
      ...(errors.length > 0 && { errors }),
      ...(status >= SERVER_FAULT && { correlationId }),
    }),
  }
}

function describe(error: unknown): {
  code: ErrorCode
  detail: string
  errors: BluelampError['errors']
} {
  if (error instanceof BluelampError) {
    return { code: error.code, detail: error.message, errors: error.errors }
  }
  if (error instanceof RestError && isOutage(error)) {
    return {
      code: 'unavailable',
      detail: 'Storage does not answer. Try again shortly.',
      errors: [],
    }
  }
  return { code: 'internal', detail: 'Something went wrong; it has been logged.', errors: [] }
}

/** No status at all means that no answer came. */
const isOutage = ({ statusCode }: RestError): boolean =>
  statusCode === undefined || statusCode >= SERVER_FAULT
