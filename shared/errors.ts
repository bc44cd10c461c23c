/**
 * What can go wrong, as a closed set. One table says what each code means to an HTTP caller and
 * whether trying the same thing again can help.
 */
const FAULTS = {
  'invalid-request': { status: 400, title: 'The request is not valid', retry: false },
  unauthenticated: { status: 401, title: 'A valid access token is needed', retry: false },
  forbidden: { status: 403, title: 'This caller may not do that', retry: false },
  'not-found': { status: 404, title: 'Nothing here for this caller', retry: false },
  gone: { status: 410, title: 'It is not here any more', retry: false },
  'playback-refused': {
    status: 403,
    title: 'This footage may not be viewed any more',
    retry: false,
  },
  'playback-lapsed': { status: 403, title: 'This viewing must be renewed', retry: false },
  'playback-ended': { status: 410, title: 'This viewing is over', retry: false },
  conflict: {
    status: 409,
    title: 'The request contradicts what is already recorded',
    retry: false,
  },
  'precondition-failed': { status: 412, title: 'It has changed in the meantime', retry: true },
  'precondition-required': {
    status: 428,
    title: 'Say which version this is about',
    retry: false,
  },
  'too-large': { status: 413, title: 'The request is too large', retry: false },
  'too-many-requests': { status: 429, title: 'Too many calls', retry: true },
  'damaged-record': { status: 500, title: 'A stored record is damaged', retry: false },
  misconfigured: { status: 500, title: 'The service is misconfigured', retry: false },
  internal: { status: 500, title: 'An error that was not foreseen', retry: true },
  unavailable: { status: 503, title: 'A service that is needed does not answer', retry: true },
} as const satisfies Record<string, { status: number; title: string; retry: boolean }>

/** The codes of every error that Bluelamp raises on purpose. */
export type ErrorCode = keyof typeof FAULTS
export const ERROR_CODES = Object.keys(FAULTS) as [ErrorCode, ...ErrorCode[]]

/** A field of a request that was refused, and why. */
export type FieldError = { field: string; message: string }

/** What may accompany an error: its cause, the fields at fault, facts, and when to try again. */
export type ErrorDetails = {
  cause?: unknown
  errors?: FieldError[]
  facts?: Facts
  retryAfterMs?: number
}

/** What is said of a recording that is kept from disposal, or gone by it. */
export type Facts = {
  rule?: string
  disposedAt?: string
  because?: string
  from?: string
  by?: string[]
}

/**
 * The one base of errors raised on purpose. `message` says what happened, to what, and what to do;
 * it is shown to callers and written to logs, so it never holds a token, a SAS or personal data.
 */
export class BluelampError extends Error {
  override readonly name: string = 'BluelampError'
  readonly code: ErrorCode
  readonly errors: FieldError[]
  readonly facts: Facts
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.errors = details.errors ?? []
    this.facts = details.facts ?? {}
    this.retryAfterMs = details.retryAfterMs
  }
}

/** HTTP status, title and retry advice of a code. */
export const faultOf = (code: ErrorCode): { status: number; title: string; retry: boolean } =>
  FAULTS[code]

/** Whether the same work may succeed another time. What was not foreseen may. */
export const mayHelpToRetry = (error: unknown): boolean =>
  !(error instanceof BluelampError) || faultOf(error.code).retry

/**
 * The answer to a refused and to a missing recording alike, so that a refusal does not reveal
 * what exists.
 */
export const nothingHere = (): BluelampError =>
  new BluelampError('not-found', 'There is no such footage for this caller.')
