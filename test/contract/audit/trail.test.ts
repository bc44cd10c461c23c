import { afterAll, beforeAll, expect, it } from 'vitest'
import { auditEntrySchema, verifyChain } from '../../../shared/audit/chain.ts'
import { type AuditTrail, createAuditTrail } from '../../../shared/audit/trail.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { documentTable } from '../../../shared/storage/documents.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

let storage: TestStorage
let trail: AuditTrail
beforeAll(async () => {
  storage = await startStorage()
  trail = createAuditTrail(storage.clients.table('audit'), () => new Date())
})
afterAll(() => storage[Symbol.asyncDispose]())

it('makes one whole chain of fifty entries at the same time, and loses none', async () => {
  const id = newFootageId()
  const acts = Array.from({ length: 50 }, (_, chunk) => ({
    action: 'playback-released' as const,
    actor: 'service' as const,
    detail: { chunk },
  }))
  const appended = await Promise.all(acts.map((act) => trail.append(id, act)))
  const entries = await trail.read(id)
  expect(verifyChain(id, entries)).toMatchObject({ whole: true, entries: 50 })
  expect(entries.map(({ detail }) => detail.chunk).toSorted()).toEqual(
    acts.map(({ detail }) => detail.chunk).toSorted(),
  )
  expect(new Set(appended.map(({ sequence }) => sequence)).size).toBe(50)
}, 30_000)

it('keeps the chains of recordings apart', async () => {
  const [one, other] = [newFootageId(), newFootageId()]
  await trail.append(one, { action: 'audit-read', actor: 'service' })
  await trail.append(other, { action: 'audit-read', actor: 'service' })
  await expect(trail.read(one)).resolves.toMatchObject([{ footageId: one, sequence: 1 }])
})

it('writes once what is to stand there once, however often it is told', async () => {
  const id = newFootageId()
  const act = {
    action: 'footage-secured',
    actor: 'service',
    detail: { part: 'recording' },
  } as const
  await trail.appendOnce(id, act)
  await trail.appendOnce(id, act)
  await trail.appendOnce(id, { ...act, detail: { part: 'gps-track' } })
  expect((await trail.read(id)).map(({ detail }) => detail.part)).toEqual([
    'recording',
    'gps-track',
  ])
})

it('shows that a stored entry was altered or removed', async () => {
  const id = newFootageId()
  for (const chunk of [1, 2, 3]) {
    await trail.append(id, { action: 'playback-released', actor: 'service', detail: { chunk } })
  }
  const rows = documentTable(storage.clients.table('audit'), auditEntrySchema)
  const keys: string[] = []
  for await (const { rowKey } of rows.list(id)) keys.push(rowKey)
  const [, middle = ''] = keys
  const stored = await rows.get(id, middle)
  if (!stored) throw new Error('The second entry is not where it was listed.')
  await rows.put(id, middle, { ...stored.value, detail: { chunk: 9 } })
  expect(verifyChain(id, await trail.read(id))).toMatchObject({ brokenAt: 2, because: 'hash' })
  await storage.clients.table('audit').deleteEntity(id, middle)
  expect(verifyChain(id, await trail.read(id))).toMatchObject({ brokenAt: 2, because: 'sequence' })
})
