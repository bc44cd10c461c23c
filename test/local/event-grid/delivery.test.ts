import fc from 'fast-check'
import { expect, it } from 'vitest'
import { deliver } from '../../../infra/local/event-grid/delivery.ts'
import type { Report } from '../../../infra/local/event-grid/report.ts'
import type { AttemptOutcome } from '../../../infra/local/event-grid/retry.ts'
import { readTopology } from '../../../infra/topology.ts'
import { landed } from './landed.ts'

const MINUTE = 60_000
const [declared] = readTopology().eventSubscriptions
if (!declared) throw new Error('The topology declares no event subscription')

const outcomes = fc.oneof(
  fc.constantFrom(200, 202, 400, 401, 403, 404, 408, 413, 500, 503).map((status) => ({
    kind: 'answered' as const,
    status,
  })),
  fc.constantFrom<AttemptOutcome>({ kind: 'timedOut' }, { kind: 'socketError' }),
)

it('every event ends either taken or as one dead letter, within attempts and time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.infiniteStream(outcomes),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 1440 }),
      async (answers, maxDeliveryAttempts, eventTimeToLiveInMinutes) => {
        let now = 0
        let lastAttemptAt = 0
        let letters = 0
        const reports: Report[] = []
        const retry = { maxDeliveryAttempts, eventTimeToLiveInMinutes }
        const subscription = { ...declared, retry }
        const delivery = {
          event: landed('one'),
          subscription,
          publishedAt: 0,
          attempts: 0,
          last: undefined,
        }
        await deliver(delivery, {
          webhooks: {
            async send() {
              lastAttemptAt = now
              return answers.next().value
            },
            close() {},
          },
          deliverTo: () => new URL('http://host.invalid'),
          deadLetters: async () => void letters++,
          clock: {
            now: () => now,
            sleep: async (ms) => {
              now += ms
            },
          },
          random: () => 0.5,
          retryScale: 1,
          report: (report) => reports.push(report),
          signal: new AbortController().signal,
        })
        const last = reports.findLast((report) => report.kind === 'attempted')
        const taken = last?.decision.kind === 'delivered'
        expect(letters).toBe(taken ? 0 : 1)
        expect(delivery.attempts).toBeLessThanOrEqual(maxDeliveryAttempts)
        expect(lastAttemptAt).toBeLessThanOrEqual(eventTimeToLiveInMinutes * MINUTE)
      },
    ),
  )
})
