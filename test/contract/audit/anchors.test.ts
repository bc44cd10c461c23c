import type { TableClient } from '@azure/data-tables'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { anchorHash } from '../../../shared/audit/anchor.ts'
import { type AnchorServices, anchorAudit } from '../../../shared/audit/anchor-run.ts'
import type { PendingChain } from '../../../shared/audit/pending-heads.ts'
import { createAuditTrail } from '../../../shared/audit/trail.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { GENESIS } from '../../../shared/records/canonical.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { ACT, type Anchoring, expectAnchored, openAnchoring, overwrite } from './anchoring.ts'

let storage: TestStorage
let now = new Date('2026-11-23T10:00:00.000Z')
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())

let anchoring: Anchoring
beforeEach(async () => {
  anchoring = openAnchoring(storage, null, () => now)
  // The tables are shared by the tests of this file: what others left to anchor is not for this one.
  for await (const { heads } of anchoring.services.pendingHeads.chains()) {
    for (const head of heads) await anchoring.services.pendingHeads.settle(head.footageId, head)
  }
})

const pending = (): Promise<PendingChain[]> =>
  Array.fromAsync(anchoring.services.pendingHeads.chains())

it('anchors what has grown, once, and remembers nothing of it', async () => {
  const { chainOf, append, anchor } = anchoring
  const [one, other] = [await chainOf(3), await chainOf(1)]
  await expect(anchor()).resolves.toMatchObject({ anchors: 1, heads: 2 })
  await expectAnchored(anchoring, one)
  await expectAnchored(anchoring, other)
  await expect(pending()).resolves.toEqual([])
  await expect(anchor()).resolves.toMatchObject({ anchors: 0, heads: 0 })
  await append(one, 1)
  await expect(anchoring.verdict(one)).resolves.toMatchObject({
    anchored: { upTo: 3, anchor: 1 },
    unanchored: { from: 4 },
  })
  await expect(anchor()).resolves.toMatchObject({ anchors: 1, heads: 1 })
  await expectAnchored(anchoring, one)
})

it('chains each anchor to the one before', async () => {
  for (let number = 1; number <= 3; number += 1) {
    await anchoring.chainOf(1)
    await anchoring.anchor()
  }
  const { find, latest } = anchoring.services.anchors
  const [first, second, third] = [await find(1), await find(2), await find(3)]
  if (!first || !second || !third) throw new Error('An anchor is missing.')
  expect(first.previous).toBe(GENESIS)
  expect(second.previous).toBe(anchorHash(first))
  expect(third.previous).toBe(anchorHash(second))
  await expect(latest()).resolves.toEqual(third)
})

it('makes several anchors where one would be too large', async () => {
  const ids = await Promise.all(Array.from({ length: 7 }, () => anchoring.chainOf(1)))
  await expect(anchorAudit(anchoring.services, 3)).resolves.toMatchObject({ anchors: 3, heads: 7 })
  for (const id of ids) await expectAnchored(anchoring, id)
})

it('loses nothing to runs at the same time, nor to appends meanwhile', async () => {
  const ids = Array.from({ length: 4 }, () => newFootageId())
  const appends = ids.flatMap((id) =>
    Array.from({ length: 8 }, () => anchoring.services.audit.append(id, ACT)),
  )
  const runs = Array.from({ length: 4 }, () => anchoring.anchor())
  await Promise.all([...appends, ...runs])
  await anchoring.anchor()
  for (const id of ids) await expectAnchored(anchoring, id)
  // Notes of appends that lost a race may remain, once: their entries are anchored.
  await anchoring.anchor()
  await expect(pending()).resolves.toEqual([])
})

it('anchors everything in the end, whatever call a run died at', async () => {
  let survived = false
  for (let call = 1; !survived; call += 1) {
    const ids = [await anchoring.chainOf(2), await anchoring.chainOf(1)]
    const dying = dyingAt(anchoring.services, call)
    survived = await anchorAudit(dying).then(
      () => true,
      () => false,
    )
    // It dies after its work was done, too: before the chain is anchored again, it grows.
    if (call % 2 === 0) for (const id of ids) await anchoring.append(id, 1)
    await anchoring.anchor()
    for (const id of ids) await expectAnchored(anchoring, id)
    expect(call, 'calls of one run').toBeLessThan(60)
  }
  await anchoring.anchor()
  await expect(pending()).resolves.toEqual([])
}, 60_000)

it('shows a tail that was cut off after a run died over its anchor', async () => {
  const id = await anchoring.chainOf(3)
  const { anchors } = anchoring.services
  const dying = { ...anchors, file: () => Promise.reject(new Error('It died.')) }
  await expect(anchorAudit({ ...anchoring.services, anchors: dying })).rejects.toThrow('It died.')
  await storage.clients.table('audit').deleteEntity(id, String(9_999_999_999 - 3))
  await anchoring.chainOf(1)
  await anchoring.anchor()
  await expect(anchoring.verdict(id)).resolves.toMatchObject({
    whole: false,
    brokenAt: 3,
    because: 'truncated',
  })
})

it('waits for an entry that is on its way, and lets go of one that never came', async () => {
  const id = await anchoring.chainOf(1)
  const begun = { sequence: 2, hash: 'b'.repeat(64) }
  await anchoring.services.pendingHeads.note(id, begun)
  await anchoring.anchor()
  await expect(pending()).resolves.toMatchObject([{ footageId: id, heads: [begun] }])
  expect(anchoring.complaints).toEqual([])
  now = new Date(now.getTime() + 16 * 60_000)
  await anchoring.anchor()
  expect(anchoring.complaints).toEqual([
    'an entry of an audit trail was begun and never written: nothing was released',
  ])
  await expect(pending()).resolves.toEqual([])
  await expect(anchoring.services.audit.read(id)).resolves.toHaveLength(1)
  await expectAnchored(anchoring, id)
})

it.each([1, 2, 3, 4, 5])(
  'takes no writer that died at its request %i for one whose entry was removed',
  async (request) => {
    const id = await anchoring.chainOf(2)
    const table = storage.clients.table('audit')
    const dying = createAuditTrail(dyingTable(table, request), () => now)
    const acts = [1, 2].map((chunk) => ({ ...ACT, detail: { chunk } }))
    const appended = await Promise.allSettled(acts.map((act) => dying.append(id, act)))
    const released = appended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ whole: true })
    // Others go on where it stopped.
    await anchoring.append(id, 2)
    await expect(anchoring.verdict(id)).resolves.toMatchObject({ whole: true })
    now = new Date(now.getTime() + 16 * 60_000)
    for (let run = 0; run < 2; run += 1) await anchoring.anchor()
    await expectAnchored(anchoring, id)
    await expect(pending()).resolves.toEqual([])
    const entries = await anchoring.services.audit.read(id)
    expect(entries).toEqual(expect.arrayContaining(released))
    expect(entries.map(({ action }) => action)).not.toContain('entry-missing')
  },
)

it('vouches for what was noted before notes had the hash of their entry', async () => {
  const id = await anchoring.chainOf(1)
  const [noted] = await anchoring.services.pendingHeads.of(id)
  if (!noted) throw new Error('Nothing is noted.')
  const { hash: _, ...before } = noted
  await anchoring.services.pendingHeads.settle(id, noted)
  await storage.clients.table('audit').createEntity({
    partitionKey: `pending:${id.slice(-1)}`,
    rowKey: `${id}:0000000001`,
    document: JSON.stringify({ schemaVersion: 1, ...before }),
  })
  await anchoring.anchor()
  await expectAnchored(anchoring, id)
  await expect(pending()).resolves.toEqual([])
})

it('takes no writer that lost a race for one that died', async () => {
  const id = newFootageId()
  const another = () => createAuditTrail(storage.clients.table('audit'), () => now)
  const writers = Array.from({ length: 3 }, another)
  await Promise.all(
    writers.flatMap(({ append }) => Array.from({ length: 8 }, () => append(id, ACT))),
  )
  const notes = await anchoring.services.pendingHeads.of(id)
  const entries = await anchoring.services.audit.read(id)
  expect(notes.map(({ hash }) => hash)).toEqual(entries.map(({ hash }) => hash))
  await expect(anchoring.verdict(id)).resolves.toMatchObject({ whole: true, entries: 24 })
}, 30_000)

it('is not held up by a chain whose head is damaged', async () => {
  const [damaged, sound] = [await anchoring.chainOf(2), await anchoring.chainOf(1)]
  await overwrite(storage, damaged, 2, 'no entry')
  await expect(anchoring.anchor()).resolves.toMatchObject({ anchors: 1, heads: 1 })
  await expectAnchored(anchoring, sound)
  expect(anchoring.complaints).toEqual(['the head of an audit trail cannot be read'])
})

it('keeps the first version of an anchor, whatever is written on top of it', async () => {
  const id = await anchoring.chainOf(1)
  await anchoring.anchor()
  const { worm } = anchoring
  for await (const name of worm.names('')) {
    worm.overwrite(name, Buffer.from('{}'))
    expect(() => worm.remove(name)).toThrow('legal hold')
  }
  await expectAnchored(anchoring, id)
})

/** The same table to a process that is gone from its nth write on: nothing is taken back either. */
function dyingTable(table: TableClient, request: number): TableClient {
  const writes = ['createEntity', 'upsertEntity', 'updateEntity', 'deleteEntity']
  let made = 0
  return new Proxy(table, {
    get(target, name, receiver) {
      if (writes.includes(String(name)) && ++made >= request) {
        return () => Promise.reject(new Error('It died.'))
      }
      return Reflect.get(target, name, receiver)
    },
  })
}

/** The same services, that throw instead of their nth call to storage. */
function dyingAt(services: AnchorServices, call: number): AnchorServices {
  let calls = 0
  const dying = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return (...given: unknown[]) => {
          calls += 1
          if (calls === call) throw new Error('It died.')
          return method(...given)
        }
      },
    })
  return {
    ...services,
    audit: dying(services.audit),
    pendingHeads: dying(services.pendingHeads),
    anchors: dying(services.anchors),
  }
}
