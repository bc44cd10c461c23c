import type { QueueClient } from '@azure/storage-queue'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { poisonOf } from '../../../shared/events/messages.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import type { Services } from '../../../shared/services.ts'
import { createQueues } from '../../../shared/storage/queues.ts'
import { recordAbandoned } from '../../../shared/work/record-abandoned.ts'
import { footage } from '../../unit/footage-fixture.ts'
import { composedServices } from '../composed-services.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const AT = new Date('2026-11-24T12:00:00.000Z')

let storage: TestStorage
let services: Services
let told: string[]
const errors: string[] = []
beforeAll(async () => {
  storage = await startStorage()
  const composed = composedServices(storage, () => AT)
  told = composed.told
  services = {
    ...composed.services,
    log: {
      info() {},
      warn() {},
      error: (line, fields) => void errors.push(line, `${fields?.queue}`),
    },
    queues: createQueues(storage.clients),
  }
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const base64 = (body: unknown): string => Buffer.from(JSON.stringify(body)).toString('base64')

/** A poison queue with these messages, as the host leaves them. */
async function poisonedWith(queueName: string, ...texts: string[]): Promise<QueueClient> {
  const poison = storage.clients.queue(poisonOf(queueName))
  await poison.createIfNotExists()
  for (const text of texts) await poison.sendMessage(text)
  return poison
}

/** Those that are hidden count as well. */
const left = async (queue: QueueClient) => (await queue.getProperties()).approximateMessagesCount

async function securedFootage(): Promise<Footage> {
  const one = footage({ state: 'secured' })
  await services.catalogue.add(one)
  return one
}

const failureOf = async ({ id }: Footage) => (await services.catalogue.get(id)).failure

it('does nothing where the host has put nothing aside', async () => {
  await recordAbandoned(services)
  expect(told).toEqual([])
  expect(errors).toEqual([])
})

it('records the work of every lane, more than one request can take', async () => {
  const [one, other] = [await securedFootage(), await securedFootage()]
  const work = { schemaVersion: 1, redrive: false }
  const unknown = Array.from({ length: 40 }, () => base64({ schemaVersion: 7 }))
  const queues = [
    await poisonedWith('plan-renditions', ...unknown, base64({ ...work, footageId: one.id })),
    await poisonedWith('plan-renditions-urgent', base64({ ...work, footageId: other.id })),
  ]
  await recordAbandoned(services)
  for (const each of [one, other]) {
    expect(await failureOf(each)).toMatchObject({ stage: 'plan-renditions', at: AT.toISOString() })
    expect(told.filter((line) => line.includes(each.id))).toEqual([
      `Bluelamp.WorkAbandoned ${each.id}`,
    ])
  }
  expect(await Promise.all(queues.map(left))).toEqual([0, 0])
})

it('records text that the host could not read, as far as it says what it was', async () => {
  const one = await securedFootage()
  const raw = JSON.stringify({ schemaVersion: 1, footageId: one.id })
  const queue = await poisonedWith('make-poster', raw, 'no base64!', 'bm8gSlNPTg==', '{"half')
  errors.length = 0
  await recordAbandoned(services)
  expect(await failureOf(one)).toMatchObject({ stage: 'make-poster' })
  const never = ['a message that no release has sent was given up', 'make-poster']
  expect(errors).toEqual(['work was given up', 'make-poster', ...never, ...never, ...never])
  expect(await left(queue)).toBe(0)
})

it('keeps what it could not record for a later run, and goes on with the others', async () => {
  const [one, other] = [await securedFootage(), await securedFootage()]
  const [message, next] = [one, other].map(({ id }) => base64({ schemaVersion: 1, footageId: id }))
  const queue = await poisonedWith('dispose-footage', `${message}`, `${next}`)
  errors.length = 0
  await recordAbandoned({
    ...services,
    catalogue: {
      ...services.catalogue,
      change: (id, change) =>
        id === one.id ? Promise.reject(new Error('down')) : services.catalogue.change(id, change),
    },
  })
  expect(errors).toContain('what was given up is not recorded yet')
  expect(await failureOf(one)).toBeUndefined()
  expect(await failureOf(other)).toMatchObject({ stage: 'dispose-footage' })
  expect(await left(queue)).toBe(1)
})
