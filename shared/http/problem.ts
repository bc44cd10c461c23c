import type { HttpResponseInit } from '@azure/functions'
import { RestError } from '@azure/storage-blob'
import { z } from 'zod'
import { BluelampError, ERROR_CODES, type ErrorCode, faultOf } from '../errors.ts'

/** What the type of each problem begins with. A URN: it need not resolve. */
export const PROBLEM_TYPE = 'urn:bluelamp:problem:'

/** What is said in members of their own of a recording that is kept, or gone. */
const factsShape = {
  rule: z.string().optional().describe('the retention rule concerned'),
  disposedAt: z.iso.datetime().optional(),
  because: z.string().optional().describe('what keeps a recording from disposal'),
  from: z.iso.datetime().optional().describe('from when on it may go'),
  by: z.array(z.string()).optional().describe('the holds or cases that keep it'),
}

/** Every error, as a caller sees it (RFC 9457). Programs go by `type`, people by `detail`. */
export const problemSchema = z
  .object({
    type: z.enum(ERROR_CODES.map((code) => `${PROBLEM_TYPE}${code}` as const)),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('what happened, to what, and what to do'),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('the fields at fault'),
    ...factsShape,
    correlationId: z.string().optional().describe('under which the log has the rest'),
  })
  .meta({ id: 'Problem' })
type Problem = z.infer<typeof problemSchema>

/** Status codes from here on are the fault of the other side. */
const SERVER_FAULT = 500

/**
 * The answer to a caller for any error, as `application/problem+json` (RFC 9457). Errors that were
 * not raised on purpose say nothing but the correlation id, under which the log has the rest.
 */
export function problemOf(error: unknown, correlationId: string): HttpResponseInit {
  const { code, detail, errors, facts, retryAfterMs } = describe(error)
  const { status, title } = faultOf(code)
  const problem: Problem = {
    type: `${PROBLEM_TYPE}${code}`,
    title,
    status,
    detail,
    ...facts,
    ...(errors.length > 0 && { errors }),
    ...(status >= SERVER_FAULT && { correlationId }),
  }
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfterMs && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
    body: JSON.stringify(problem),
  }
}

function describe(error: unknown): {
  code: ErrorCode
  detail: string
  errors: BluelampError['errors']
  facts: BluelampError['facts']
  retryAfterMs?: number | undefined
} {
  if (error instanceof BluelampError) {
    const { code, message, errors, facts, retryAfterMs } = error
    return { code, detail: message, errors, facts, retryAfterMs }
  }
  if (error instanceof RestError && isOutage(error)) {
    return {
      code: 'unavailable',
      detail: 'Storage does not answer. Try again shortly.',
      errors: [],
      facts: {},
    }
  }
  return {
    code: 'internal',
    detail: 'Something went wrong; it has been logged.',
    errors: [],
    facts: {},
  }
}

/** No status at all means that no answer came. */
const isOutage = ({ statusCode }: RestError): boolean =>
  statusCode === undefined || statusCode >= SERVER_FAULT
