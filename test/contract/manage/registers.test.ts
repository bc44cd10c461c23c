import { randomInt, randomUUID } from 'node:crypto'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { officerSchema, oidSchema, registerEntrySchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { importPeople } from '../../../shared/people/import-people.ts'
import type { BreakGlassRequest } from '../../../shared/records/break-glass.ts'
import { digestOf } from '../../../shared/records/canonical.ts'
import type { Services } from '../../../shared/services.ts'
import { createBreakGlass } from '../../../shared/storage/tables/break-glass.ts'
import { createCatalogue } from '../../../shared/storage/tables/catalogue.ts'
import { createFootageIndex } from '../../../shared/storage/tables/footage-index.ts'
import { createPeopleRegister, type PeopleRegister } from '../../../shared/storage/tables/people.ts'
import { footage } from '../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

let storage: TestStorage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage[Symbol.asyncDispose]())

const BY = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a09')
const officerNumber = () => `P${randomInt(1e8, 1e9)}`
const entry = (unit: string, officer = officerNumber()) =>
  registerEntrySchema.parse({ officer, unit, vetting: [], assignments: [] })
const register = () => createPeopleRegister(storage.clients.table('people'), () => new Date())

it('keeps one change for each entry that was written, and none for those that lost', async () => {
  const people = register()
  const oid = randomUUID()
  const author = { by: BY, cause: 'entered' } as const
  const added = await Promise.all(
    ['a', 'b', 'c', 'd'].map((unit) => people.put(oid, entry(unit), null, author)),
  )
  expect(added.filter(Boolean)).toHaveLength(1)
  const etag = (await people.find(oid))?.etag ?? ''
  const changed = await Promise.all(
    ['e', 'f', 'g', 'h'].map((unit) => people.put(oid, entry(unit), etag, author)),
  )
  expect(changed.filter(Boolean)).toHaveLength(1)
  const { changes, whole } = await people.history(oid)
  expect(whole).toBe(true)
  expect(changes.map(({ sequence }) => sequence)).toEqual([1, 2])
  expect(changes[1]?.entry).toEqual((await people.find(oid))?.entry)
  expect(changes[1]?.previous).toBe(changes[0]?.hash)
  expect((await people.history(randomUUID())).changes).toEqual([])
})

describe('an entry whose row was altered past the register', () => {
  let people: PeopleRegister
  const author = { by: BY, cause: 'entered' } as const
  const table = () => storage.clients.table('people')
  let oid: string
  beforeEach(async () => {
    people = register()
    oid = randomUUID()
    await people.put(oid, entry('a'), null, author)
    await people.put(oid, entry('b'), (await people.find(oid))?.etag ?? '', author)
  })
  const alter = async (change: (document: string) => string) => {
    const { document } = await table().getEntity<{ document: string }>('person', oid)
    await table().updateEntity(
      { partitionKey: 'person', rowKey: oid, document: change(document) },
      'Replace',
    )
  }

  it.each<[string, (document: string) => string]>([
    ['with another value', (document) => document.replace('"unit":"b"', '"unit":"forged"')],
    ['with an earlier value', (document) => document.replace('"unit":"b"', '"unit":"a"')],
    ['without its digest', (document) => document.replace(/,"digest":"\w+"/, '').replace('b', 'x')],
    ['to what is no JSON', () => 'x'],
  ])('%s counts as its history has it, and is told of', async (_, change) => {
    await alter(change)
    await expect(people.find(oid)).resolves.toMatchObject({ entry: { unit: 'b' }, altered: true })
    const listed = (await Array.fromAsync(people.list())).find(({ key }) => key === oid)
    expect(listed?.entry.unit).toBe('b')
    await expect(people.history(oid)).resolves.toMatchObject({ whole: false })
  })

  it('is told of by its history if the digest was made to fit', async () => {
    await alter((document) => {
      const { digest: _, ...forged } = { ...JSON.parse(document), unit: 'forged' }
      const digest = digestOf({ partition: 'person', key: oid, entry: forged })
      return JSON.stringify({ ...forged, digest })
    })
    await expect(people.history(oid)).resolves.toMatchObject({ whole: false })
  })

  it('can be put right', async () => {
    await alter(() => 'x')
    const { etag = '' } = (await people.find(oid)) ?? {}
    await expect(people.put(oid, entry('c'), etag, author)).resolves.toBe(true)
    await expect(people.find(oid)).resolves.toMatchObject({ entry: { unit: 'c' }, altered: false })
    await expect(people.history(oid)).resolves.toMatchObject({ whole: true })
  })

  it('and was removed, though its history is there, is told of', async () => {
    await table().deleteEntity('person', oid)
    await expect(people.find(oid)).resolves.toBeNull()
    await expect(people.history(oid)).resolves.toMatchObject({ whole: false })
  })

  it('counts without a digest as well while it is as its history has it', async () => {
    await alter((document) => document.replace(/,"digest":"\w+"/, ''))
    await expect(people.find(oid)).resolves.toMatchObject({ entry: { unit: 'b' }, altered: false })
    await expect(people.history(oid)).resolves.toMatchObject({ whole: true })
  })

  it('and has no history at all is none', async () => {
    const forged = JSON.stringify(entry('forged'))
    const row = { partitionKey: 'person', rowKey: randomUUID(), document: forged }
    await table().createEntity(row)
    const found = people.find(row.rowKey)
    await expect(found).rejects.toMatchObject({ code: 'damaged-record' })
    await table().deleteEntity('person', row.rowKey)
  })
})

it('gives one warrant number to one of all who ask for it at once', async () => {
  const people = register()
  const officer = officerNumber()
  const oids = Array.from({ length: 6 }, () => randomUUID())
  const author = { by: BY, cause: 'entered' } as const
  const added = await Promise.allSettled(
    oids.map((oid) => people.put(oid, entry('a', officer), null, author)),
  )
  const isIn = await Promise.all(oids.map(async (oid) => (await people.find(oid)) !== null))
  expect(isIn.filter(Boolean)).toHaveLength(1)
  expect(added.filter((one) => one.status === 'fulfilled' && one.value)).toHaveLength(1)
  expect(await people.holderOf(`warrant number ${officer}`)).toBe(oids[isIn.indexOf(true)])
})

it('finishes an import that was cut off when the same file is sent again', async () => {
  const people = register()
  const oids = Array.from({ length: 40 }, () => randomUUID())
  const file = (unit: string) =>
    [
      'oid,officer,unit,borough,vetting',
      ...oids.map((oid) => `${oid},${numbers.get(oid)},${unit},,`),
    ]
      .join('\n')
      .concat('\n')
  const numbers = new Map(oids.map((oid) => [oid, officerNumber()]))
  // An import that fails leaves what it had begun under way.
  const begun: Promise<boolean>[] = []
  const put: typeof people.put = (...args) => {
    const writing = people.put(...args)
    begun.push(writing)
    return writing
  }
  const cutOff: typeof people = {
    ...people,
    put: async (...args) => {
      if (begun.length === 20) throw new Error('storage is gone')
      return put(...args)
    },
  }
  const config = { reasonRequired: false } as Services['config']
  const into = (register: typeof people, text: string) =>
    importPeople({ people: register, config }, BY, text, { dryRun: false })
  await expect(into(cutOff, file('a'))).rejects.toThrow('storage is gone')
  await Promise.all(begun)
  const { counts } = await into(people, file('a'))
  expect(counts).toEqual({ added: 20, unchanged: 20, changed: 0, refused: 0 })
  for (const oid of oids) expect((await people.history(oid)).changes).toHaveLength(1)

  const overtaken: typeof people = {
    ...people,
    put: async (oid, entry, etag, author) => {
      if (oid === oids[3]) await people.put(oid, { ...entry, unit: 'elsewhere' }, etag, author)
      return put(oid, entry, etag, author)
    },
  }
  await expect(into(overtaken, file('b'))).rejects.toMatchObject({
    code: 'precondition-failed',
    message: expect.stringContaining('line 5'),
  })
  await Promise.all(begun)
  expect((await into(people, file('b'))).items).toContainEqual(
    expect.objectContaining({ line: 5, outcome: 'changed', fields: ['unit'] }),
  )
})

it('sees that a change was altered, or taken away', async () => {
  const people = register()
  const table = storage.clients.table('people')
  const oid = randomUUID()
  for (const unit of ['a', 'b', 'c']) {
    const etag = (await people.find(oid))?.etag ?? null
    await people.put(oid, entry(unit), etag, { by: BY, cause: 'imported' })
  }
  const rowOf = (sequence: number) => `~history:${oid}:${9_999_999_999 - sequence}`
  const second = await table.getEntity<{ document: string }>('person', rowOf(2))
  const forge = (document: string) =>
    table.updateEntity({ partitionKey: 'person', rowKey: rowOf(2), document }, 'Replace')
  await forge(second.document.replace('"unit":"b"', '"unit":"x"'))
  expect((await people.history(oid)).whole).toBe(false)
  await forge(second.document)
  expect((await people.history(oid)).whole).toBe(true)
  await table.deleteEntity('person', rowOf(2))
  expect((await people.history(oid)).whole).toBe(false)
})

it('keeps requests beside their recording, and lists what is to be reviewed', async () => {
  const requests = createBreakGlass(storage.clients.table('footage'))
  const party = { oid: BY, officer: officerSchema.parse('P214567') }
  const request: BreakGlassRequest = {
    schemaVersion: 1,
    request: v7(),
    footageId: newFootageId(),
    requester: party,
    reason: 'risk to life',
    askedAt: '2026-11-23T12:00:00.000Z',
    approveBefore: '2026-11-23T13:00:00.000Z',
  }
  await requests.add(request)
  const stored = await requests.find(request.footageId, request.request)
  expect(stored?.value).toEqual(request)
  expect(await requests.list(request.footageId)).toEqual([request])
  expect(await requests.find(newFootageId(), request.request)).toBeNull()
  const review = { reviewer: BY, at: request.askedAt, outcome: 'justified', note: 'fine' } as const
  const reviewed = { ...request, review }
  expect(await requests.replace(reviewed, stored?.etag ?? '')).toBe(true)
  expect(await requests.replace(request, stored?.etag ?? '')).toBe(false)

  await requests.addReview(request)
  await requests.addReview(request)
  expect(await Array.fromAsync(requests.dueReviews())).toMatchObject([{ request: request.request }])
  expect(await requests.findReview(request.request)).toBe(request.footageId)
  await requests.removeReview(request.request)
  expect(await requests.findReview(request.request)).toBeNull()
})

it('takes back from the index a tightening that another writer forestalled', async () => {
  const index = createFootageIndex(storage.clients.table('footageIndex'))
  const table = storage.clients.table('footage')
  const now = () => new Date()
  let other: Promise<unknown> = Promise.resolve()
  const catalogue = createCatalogue(table, index, now)
  /** Comes to write the truth only when the other writer has. */
  const slow = createCatalogue(
    table,
    { ...index, write: (told) => index.write(told).then(() => other.then(() => {})) },
    now,
  )
  const one = footage({ unit: `unit-${randomUUID()}` })
  await catalogue.add(one)
  const path = { by: 'unit', unit: one.unit } as const
  const span = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' }
  const change = slow.change(one.id, ({ revision }) => {
    if (revision !== one.revision) throw new Error('stale')
    other = catalogue.change(one.id, () => ({ urgent: true }))
    return { restrictions: ['child'], unit: `other-${one.unit}` }
  })
  await expect(change).rejects.toThrow('stale')
  const truth = await catalogue.get(one.id)
  expect(truth).toMatchObject({ restrictions: [], urgent: true })
  const [row] = await Array.fromAsync(index.read(path, span))
  expect(row?.summary).toMatchObject({ restrictions: [], urgent: true, revision: truth.revision })
  const elsewhere = { by: 'unit', unit: `other-${one.unit}` } as const
  expect(await Array.fromAsync(index.read(elsewhere, span))).toEqual([])
})
