import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AttemptOutcome,
  afterAttempt,
  deliveryOutcome,
  isExpired,
  RETRY_SCHEDULE_MS,
} from '../../../infra/local/event-grid/retry.ts'

const policy = { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
const answered = (status: number): AttemptOutcome => ({ kind: 'answered', status })
const failures = fc.oneof(
  fc
    .integer({ min: 100, max: 599 })
    .filter((s) => s < 200 || s > 204)
    .map(answered),
  fc.constantFrom<AttemptOutcome>({ kind: 'timedOut' }, { kind: 'socketError' }),
)

describe('afterAttempt', () => {
  it.each([200, 201, 202, 203, 204])('takes %i for delivered', (status) => {
    expect(afterAttempt(answered(status), 30, policy, 0)).toEqual({ kind: 'delivered' })
  })

  it.each([205, 206, 301, 302, 500])('takes %i for a failure', (status) => {
    expect(afterAttempt(answered(status), 1, policy, 0).kind).toBe('retry')
  })

  it.each([
    [400, 'UndeliverableDueToHttpBadRequest'],
    [403, 'UndeliverableDueToHttpForbidden'],
    [413, 'UndeliverableDueToHttpRequestEntityTooLarge'],
  ])('gives up at once after %i', (status, reason) => {
    expect(afterAttempt(answered(status), 1, policy, 0)).toEqual({ kind: 'giveUp', reason })
  })

  it.each([
    [500, 10_000],
    [503, 30_000],
    [408, 120_000],
    [401, 300_000],
    [404, 300_000],
  ])('waits after %i at first for %i ms', (status, delayMs) => {
    expect(afterAttempt(answered(status), 1, policy, 0)).toEqual({ kind: 'retry', delayMs })
  })

  it('follows the schedule, at most a tenth later', () => {
    fc.assert(
      fc.property(
        failures,
        fc.integer({ min: 1, max: 29 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (outcome, attempts, jitter) => {
          const decision = afterAttempt(outcome, attempts, policy, jitter)
          if (decision.kind !== 'retry') return decision.kind === 'giveUp'
          const scheduled = RETRY_SCHEDULE_MS[Math.min(attempts, RETRY_SCHEDULE_MS.length) - 1] ?? 0
          const least = 300_000
          return (
            decision.delayMs >= scheduled && decision.delayMs <= Math.max(scheduled, least) * 1.1
          )
        },
      ),
    )
  })

  it('never goes beyond the attempts of the policy', () => {
    fc.assert(
      fc.property(failures, fc.integer({ min: 1, max: 30 }), (outcome, maxDeliveryAttempts) => {
        const limited = { ...policy, maxDeliveryAttempts }
        const decision = afterAttempt(outcome, maxDeliveryAttempts, limited, 0)
        return decision.kind === 'giveUp'
      }),
    )
  })

  it('makes six attempts in half an hour, as the documentation reckons', () => {
    const halfHour = { ...policy, eventTimeToLiveInMinutes: 30 }
    let age = 0
    let attempts = 0
    while (!isExpired(age, halfHour)) {
      const decision = afterAttempt(answered(500), ++attempts, halfHour, 0)
      age += decision.kind === 'retry' ? decision.delayMs : Number.POSITIVE_INFINITY
    }
    expect(attempts).toBe(6)
  })
})

describe('deliveryOutcome', () => {
  it.each<[AttemptOutcome, string]>([
    [{ kind: 'timedOut' }, 'TimedOut'],
    [{ kind: 'socketError' }, 'SocketError'],
    [answered(404), 'NotFound'],
    [answered(401), 'Unauthorized'],
    [answered(503), 'Busy'],
    [answered(500), 'GenericError'],
  ])('calls %o %s', (outcome, word) => {
    expect(deliveryOutcome(outcome)).toBe(word)
  })
})
