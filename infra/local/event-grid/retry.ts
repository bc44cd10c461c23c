import type { RetryPolicy } from '../../topology.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits between one attempt and the next; the last holds for all that follow. */
export const RETRY_SCHEDULE_MS: readonly number[] = [
  10 * SECOND,
  30 * SECOND,
  1 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  1 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
]

/** Event Grid waits so long before it writes a dead letter, to write several at once. */
export const DEAD_LETTER_DELAY_MS = 5 * MINUTE

/** Largest part by which a wait is drawn out: the documentation says "a small randomization". */
const MAX_JITTER = 0.1

/** Answers after which no wait is shorter than this. Functions count as Azure resources here. */
const LEAST_WAIT_MS: Readonly<Record<number, number>> = {
  401: 5 * MINUTE,
  404: 5 * MINUTE,
  408: 2 * MINUTE,
  503: 30 * SECOND,
}

/** What came of an attempt: the status that was answered, or why there was none. */
export type AttemptOutcome =
  | { kind: 'answered'; status: number }
  /** No answer within the limit: the handler may still be at work. */
  | { kind: 'timedOut' }
  /** The endpoint could not be reached or broke off. */
  | { kind: 'socketError' }

/** The first three are published; the last two follow their pattern, the service may word them otherwise. */
export type DeadLetterReason =
  | 'MaxDeliveryAttemptsExceeded'
  | 'TimeToLiveExceeded'
  | 'UndeliverableDueToHttpBadRequest'
  | 'UndeliverableDueToHttpForbidden'
  | 'UndeliverableDueToHttpRequestEntityTooLarge'

export type Decision =
  | { kind: 'delivered' }
  | { kind: 'retry'; delayMs: number }
  | { kind: 'giveUp'; reason: DeadLetterReason }

/** Statuses that no retry can mend. */
const FINAL: Readonly<Record<number, DeadLetterReason>> = {
  400: 'UndeliverableDueToHttpBadRequest',
  403: 'UndeliverableDueToHttpForbidden',
  413: 'UndeliverableDueToHttpRequestEntityTooLarge',
}

/**
 * What Event Grid does after an attempt. Only 200–204 are success; time to live is looked at when
 * the next attempt is due (see `isExpired`), not here.
 * @param attempts made so far, this one included
 * @param jitter 0 to 1
 * @see https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
export function afterAttempt(
  outcome: AttemptOutcome,
  attempts: number,
  policy: RetryPolicy,
  jitter: number,
): Decision {
  const status = outcome.kind === 'answered' ? outcome.status : undefined
  if (status !== undefined && status >= 200 && status <= 204) return { kind: 'delivered' }
  const final = status === undefined ? undefined : FINAL[status]
  if (final) return { kind: 'giveUp', reason: final }
  if (attempts >= policy.maxDeliveryAttempts) {
    return { kind: 'giveUp', reason: 'MaxDeliveryAttemptsExceeded' }
  }
  const scheduled = RETRY_SCHEDULE_MS[attempts - 1] ?? RETRY_SCHEDULE_MS.at(-1) ?? 0
  const least = (status === undefined ? undefined : LEAST_WAIT_MS[status]) ?? 0
  return { kind: 'retry', delayMs: Math.max(scheduled, least) * (1 + jitter * MAX_JITTER) }
}

/** Whether an attempt that is due now comes too late and is not made. */
export function isExpired(ageMs: number, policy: RetryPolicy): boolean {
  return ageMs > policy.eventTimeToLiveInMinutes * MINUTE
}

/** The word that dead letters have for an outcome; for other failures than those documented, `GenericError`. */
export function deliveryOutcome(outcome: AttemptOutcome): string {
  if (outcome.kind === 'timedOut') return 'TimedOut'
  if (outcome.kind === 'socketError') return 'SocketError'
  switch (outcome.status) {
    case 400:
      return 'BadRequest'
    case 401:
      return 'Unauthorized'
    case 403:
      return 'Forbidden'
    case 404:
      return 'NotFound'
    case 408:
      return 'TimedOut'
    case 413:
      return 'PayloadTooLarge'
    case 429:
    case 503:
      return 'Busy'
    default:
      return 'GenericError'
  }
}
