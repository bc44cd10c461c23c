/** What an error means: its HTTP status, a title, whether to try again, and what its caller can do. */
type Fault = { status: number; title: string; retry: boolean; advice: string }

/**
 * What can go wrong, as a closed set. One table says what each code means to an HTTP caller and
 * whether trying the same thing again can help.
 */
const FAULTS = {
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    retry: false,
    advice: 'Mend the fields that errors names, and send it again.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid access token is needed',
    retry: false,
    advice: 'Get a new access token.',
  },
  forbidden: {
    status: 403,
    title: 'This caller may not do that',
    retry: false,
    advice: 'Ask someone who may; the attempt is on record.',
  },
  'not-found': {
    status: 404,
    title: 'Nothing here for this caller',
    retry: false,
    advice: 'Check the address; it may be there for others.',
  },
  gone: {
    status: 410,
    title: 'It is not here any more',
    retry: false,
    advice: 'Nothing; rule and date say under which rule it went.',
  },
  'playback-refused': {
    status: 403,
    title: 'This footage may not be viewed any more',
    retry: false,
    advice: 'Stop the player, and show the viewer the detail.',
  },
  'playback-lapsed': {
    status: 403,
    title: 'This viewing must be renewed',
    retry: false,
    advice: 'Renew the viewing with a new access token, and go on.',
  },
  'playback-ended': {
    status: 410,
    title: 'This viewing is over',
    retry: false,
    advice: 'Open the recording again, if it is still needed.',
  },
  conflict: {
    status: 409,
    title: 'The request contradicts what is already recorded',
    retry: false,
    advice: 'Read what is recorded now; the detail says what stands against it.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It has changed in the meantime',
    retry: true,
    advice: 'Read it again, and decide anew on what it says now.',
  },
  'precondition-required': {
    status: 428,
    title: 'Say which version this is about',
    retry: false,
    advice: 'Read it, and send its ETag as If-Match.',
  },
  'too-large': {
    status: 413,
    title: 'The request is too large',
    retry: false,
    advice: 'Send less.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many calls',
    retry: true,
    advice: 'Wait as long as Retry-After says.',
  },
  'damaged-record': {
    status: 500,
    title: 'A stored record is damaged',
    retry: false,
    advice: 'Report it, with the correlation id.',
  },
  misconfigured: {
    status: 500,
    title: 'The service is misconfigured',
    retry: false,
    advice: 'Report it: the operator has to mend the settings that are named.',
  },
  internal: {
    status: 500,
    title: 'An error that was not foreseen',
    retry: true,
    advice: 'Try again later; report it with the correlation id if it stays.',
  },
  unavailable: {
    status: 503,
    title: 'A service that is needed does not answer',
    retry: true,
    advice: 'Try again shortly.',
  },
} as const satisfies Record<string, Fault>

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

/** What a code means to an HTTP caller. */
export const faultOf = (code: ErrorCode): Fault => FAULTS[code]

/** What an error says; of what is no error, what it is. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** Whether the same work may succeed another time. What was not foreseen may. */
export const mayHelpToRetry = (error: unknown): boolean =>
  !(error instanceof BluelampError) || faultOf(error.code).retry

/**
 * The answer to a refused and to a missing recording alike, so that a refusal does not reveal
 * what exists.
 */
export const nothingHere = (): BluelampError =>
  new BluelampError('not-found', 'There is no such footage for this caller.')
