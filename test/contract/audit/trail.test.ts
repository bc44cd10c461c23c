import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AuditAct } from '../../../shared/audit/chain.ts'
import { createPendingHeads } from '../../../shared/audit/pending-heads.ts'
import { type AuditTrail, createAuditTrail } from '../../../shared/audit/trail.ts'
import { verifyChain } from '../../../shared/audit/verify-chain.ts'
import { type FootageId, newFootageId } from '../../../shared/footage/ids.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { overwrite, rowOf } from './anchoring.ts'

let storage: TestStorage
let trail: AuditTrail
let id: FootageId
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())
beforeEach(() => {
  trail = anotherProcess()
  id = newFootageId()
})

/** What an app instance of its own knows: nothing. */
const anotherProcess = (): AuditTrail =>
  createAuditTrail(storage.clients.table('audit'), () => new Date())
const released = (chunk: number): AuditAct => ({
  action: 'playback-released',
  actor: 'service',
  detail: { chunk },
})
const SECURED: AuditAct = { action: 'footage-secured', actor: 'service', detail: { part: 'a' } }
const chunksIn = async (of = id) => (await trail.read(of)).map(({ detail }) => detail.chunk)
const verdict = async (of = id) => verifyChain(await trail.links(of))

describe('entries that are appended at the same time', () => {
  it('are one whole chain of fifty in the order in which they came, and none is lost', async () => {
    const acts = Array.from({ length: 50 }, (_, chunk) => released(chunk))
    const appended = await Promise.all(acts.map((act) => trail.append(id, act)))
    expect(await verdict()).toMatchObject({ whole: true, entries: 50 })
    expect(await chunksIn()).toEqual(acts.map((_, chunk) => chunk))
    expect(await trail.read(id)).toEqual(appended)
  }, 30_000)

  it('are one whole chain though several processes append', async () => {
    const processes = Array.from({ length: 3 }, anotherProcess)
    const acts = Array.from({ length: 51 }, (_, chunk) => released(chunk))
    await Promise.all(acts.map((act, chunk) => processes[chunk % 3]?.append(id, act)))
    expect(await verdict()).toMatchObject({ whole: true, entries: 51 })
    expect(new Set(await chunksIn()).size).toBe(51)
  }, 30_000)

  it('of many recordings are in chains of their own', async () => {
    const ids = Array.from({ length: 20 }, newFootageId)
    await Promise.all(
      ids.flatMap((one) => [1, 2].map((chunk) => trail.append(one, released(chunk)))),
    )
    for (const one of ids) expect(await chunksIn(one)).toEqual([1, 2])
  })

  it('are on record but for one that cannot be hashed: it fails alone', async () => {
    const acts = [released(1), { ...released(2), reason: 'abc\ud800' }, released(3)]
    const appended = await Promise.allSettled(acts.map((act) => trail.append(id, act)))
    expect(appended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await chunksIn()).toEqual([1, 3])
  })

  it('are refused together while storage does not take them, and then go on', async () => {
    const table = storage.clients.table('audit')
    let down = true
    const moody = new Proxy(table, {
      get: (target, name, receiver) =>
        name === 'createEntity' && down
          ? () => Promise.reject(new Error('Storage is down.'))
          : Reflect.get(target, name, receiver),
    })
    const moodyTrail = createAuditTrail(moody, () => new Date())
    const appends = [1, 2, 3].map((chunk) => moodyTrail.append(id, released(chunk)))
    for (const append of appends) await expect(append).rejects.toThrow('Storage is down.')
    down = false
    await moodyTrail.append(id, released(4))
    expect(await chunksIn()).toEqual([4])
    // Nothing is left that would look like an entry that was removed.
    const notes = await createPendingHeads(table, () => new Date()).of(id)
    const written = notes.filter((note) => note.written).map(({ hash }) => hash)
    expect(written).toEqual((await trail.read(id)).map(({ hash }) => hash))
  })

  it('leave no note of what was never begun if one of them cannot be noted', async () => {
    const table = storage.clients.table('audit')
    let notes = 0
    const moody = new Proxy(table, {
      get: (target, name, receiver) =>
        name === 'upsertEntity' && ++notes === 2
          ? () => Promise.reject(new Error('Storage is down.'))
          : Reflect.get(target, name, receiver),
    })
    const moodyTrail = createAuditTrail(moody, () => new Date())
    const appends = [1, 2, 3].map((chunk) => moodyTrail.append(id, released(chunk)))
    for (const append of appends) await expect(append).rejects.toThrow('Storage is down.')
    expect(await createPendingHeads(table, () => new Date()).of(id)).toEqual([])
  })
})

describe('what is to stand there once', () => {
  it('does, however often it is told', async () => {
    await trail.appendOnce(id, SECURED)
    await trail.appendOnce(id, SECURED)
    await trail.appendOnce(id, { ...SECURED, detail: { part: 'b' } })
    expect((await trail.read(id)).map(({ detail }) => detail.part)).toEqual(['a', 'b'])
  })

  it('does, whoever else tells it at the same time, and whatever else is appended', async () => {
    const processes = Array.from({ length: 3 }, anotherProcess)
    await Promise.all(
      processes.flatMap((process, chunk) => [
        process.append(id, released(chunk)),
        process.appendOnce(id, SECURED),
        process.appendOnce(id, SECURED),
      ]),
    )
    const actions = (await trail.read(id)).map(({ action }) => action)
    expect(actions.filter((action) => action === 'footage-secured')).toHaveLength(1)
    expect(await verdict()).toMatchObject({ whole: true, entries: 4 })
  }, 30_000)

  it('does, if who tried before died between the note and the entry', async () => {
    const table = storage.clients.table('audit')
    const dying = new Proxy(table, {
      get: (target, name, receiver) =>
        name === 'upsertEntity'
          ? () => Promise.reject(new Error('It died.'))
          : Reflect.get(target, name, receiver),
    })
    const died = createAuditTrail(dying, () => new Date()).appendOnce(id, SECURED)
    await expect(died).rejects.toThrow('It died.')
    await trail.append(id, released(1))
    for (const process of [trail, anotherProcess()]) await process.appendOnce(id, SECURED)
    const actions = (await trail.read(id)).map(({ action }) => action)
    expect(actions).toEqual(['playback-released', 'footage-secured'])
  })

  it('is believed only if it stands in the chain: a note of it keeps nothing off the record', async () => {
    await trail.appendOnce(id, SECURED)
    await storage.clients.table('audit').deleteEntity(id, rowOf(1))
    await trail.appendOnce(id, SECURED)
    expect(await trail.read(id)).toHaveLength(1)
  })

  it('is found in the whole chain if the note of it was tampered with', async () => {
    await trail.append(id, released(1))
    await trail.appendOnce(id, SECURED)
    const table = storage.clients.table('audit')
    const partition = `once:${id}`
    const filter = `PartitionKey eq '${partition}'`
    for await (const { rowKey = '' } of table.listEntities({ queryOptions: { filter } })) {
      await table.upsertEntity({ partitionKey: partition, rowKey, document: 'x' }, 'Replace')
    }
    await trail.appendOnce(id, SECURED)
    expect(await trail.read(id)).toHaveLength(2)
  })
})

describe('a chain that was tampered with is appended to', () => {
  beforeEach(async () => {
    for (const chunk of [1, 2, 3]) await trail.append(id, released(chunk))
  })

  it('behind an altered head: the altered entry stays the first broken one', async () => {
    const head = (await trail.read(id))[2]
    if (!head) throw new Error('It has no head.')
    await overwrite(storage, id, 3, { ...head, reason: 'a better one' })
    await trail.append(id, released(4))
    expect(await verdict()).toMatchObject({ entries: 4, brokenAt: 3, because: 'hash' })
  })

  it('behind a head that is an entry from elsewhere in it', async () => {
    const [first] = await trail.read(id)
    if (!first) throw new Error('It has no entry.')
    await overwrite(storage, id, 3, first)
    await expect(trail.append(id, released(4))).resolves.toMatchObject({ sequence: 4 })
    expect(await verdict()).toMatchObject({ entries: 4, brokenAt: 3, because: 'sequence' })
  })

  it('behind a gap, never into it', async () => {
    await storage.clients.table('audit').deleteEntity(id, rowOf(2))
    await trail.append(id, released(4))
    expect(await chunksIn()).toEqual([1, 3, 4])
    expect(await verdict()).toMatchObject({ brokenAt: 2, because: 'sequence' })
  })

  it('not at all if its head is no entry: nothing is released then', async () => {
    await overwrite(storage, id, 3, 'no entry')
    const appended = trail.append(id, released(4))
    await expect(appended).rejects.toMatchObject({ code: 'damaged-record' })
  })
})

describe('however long a chain is', () => {
  it('an entry costs the same requests, one that is to stand there once too', async () => {
    const table = storage.clients.table('audit')
    let requests = 0
    table.pipeline.addPolicy({
      name: 'count',
      sendRequest(request, next) {
        requests += 1
        return next(request)
      },
    })
    const costOf = async (append: () => Promise<unknown>): Promise<number> => {
      const before = requests
      await append()
      return requests - before
    }
    const costs = async (): Promise<number[]> => {
      const fresh = createAuditTrail(table, () => new Date())
      const once = { ...SECURED, detail: { part: crypto.randomUUID() } }
      return [
        await costOf(() => fresh.append(id, released(0))),
        await costOf(() => fresh.appendOnce(id, once)),
        await costOf(() => fresh.appendOnce(id, once)),
      ]
    }
    const first = await costs()
    await Promise.all(Array.from({ length: 60 }, (_, chunk) => trail.append(id, released(chunk))))
    expect(await costs()).toEqual(first)
    expect(first).toEqual([4, 5, 4])
  }, 30_000)

  it('it is read in pages, of which each row is in one', async () => {
    await Promise.all([0, 1, 2, 3, 4].map((chunk) => trail.append(id, released(chunk))))
    const page = async (after: number, upTo: number) =>
      (await trail.page(id, { after, upTo })).map((entry) => entry?.detail.chunk)
    expect(await page(0, 2)).toEqual([0, 1])
    expect(await page(2, 4)).toEqual([2, 3])
    expect(await page(4, 6)).toEqual([4])
  })
})
