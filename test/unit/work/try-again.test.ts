import { expect, it } from 'vitest'
import { newFootageId } from '../../../shared/footage/ids.ts'
import type { Services } from '../../../shared/services.ts'
import { tryAgainLater, waitAfter } from '../../../shared/work/try-again.ts'

it('waits longer after every attempt, and gives up after the fifth', () => {
  expect([1, 2, 3, 4, 5, 6].map(waitAfter)).toEqual([15, 60, 240, 900, null, null])
})

it('counts attempts in the message, in the lane it came by, until it is given up', async () => {
  const footageId = newFootageId()
  const done: unknown[] = []
  const services = {
    config: { retryScale: 0.1 },
    log: { warn() {}, error: () => void done.push('given up') },
    catalogue: { find: async () => null },
    queues: { send: async (...sent: unknown[]) => void done.push(sent) },
  } as unknown as Services
  const message = { schemaVersion: 1 as const, footageId }
  const failed = (attempt: object) =>
    tryAgainLater(services, 'make-poster', { ...message, ...attempt }, 'urgent', new Error('no'))
  await failed({})
  await failed({ attempt: 4 })
  await failed({ attempt: 5 })
  expect(done).toEqual([
    ['make-poster', { ...message, attempt: 2 }, 'urgent', 2],
    ['make-poster', { ...message, attempt: 5 }, 'urgent', 90],
    'given up',
  ])
})
