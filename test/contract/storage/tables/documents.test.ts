import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { oidSchema, registerEntrySchema } from '../../../../shared/clearance/person.ts'
import { type DocumentTable, documentTable } from '../../../../shared/storage/tables/documents.ts'
import { createPeopleRegister } from '../../../../shared/storage/tables/people.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
let rows: DocumentTable<{ n: number }>
beforeAll(async () => {
  storage = await startStorage()
  rows = documentTable(storage.clients.table('attempts'), z.object({ n: z.number() }))
})
afterAll(() => storage[Symbol.asyncDispose]())

it('lets exactly one of many create a row', async () => {
  const written = await Promise.all(
    Array.from({ length: 10 }, (_, n) => rows.insert('one', 'row', { n })),
  )
  expect(written.filter((each) => each !== null)).toHaveLength(1)
  expect((await rows.get('one', 'row'))?.value.n).toBe(written.findIndex((each) => each !== null))
})

it('replaces and removes only the version that was read', async () => {
  await rows.put('versions', 'row', { n: 1 })
  const first = await rows.get('versions', 'row')
  const second = await rows.replace('versions', 'row', { n: 2 }, first?.etag ?? '')
  expect(second).not.toBeNull()
  expect(await rows.replace('versions', 'row', { n: 3 }, first?.etag ?? '')).toBeNull()
  expect(await rows.remove('versions', 'row', first?.etag ?? '')).toBe(false)
  expect((await rows.get('versions', 'row'))?.value.n).toBe(2)
  expect(await rows.remove('versions', 'row', second?.etag ?? '')).toBe(true)
  expect(await rows.get('versions', 'row')).toBeNull()
  expect(await rows.replace('versions', 'row', { n: 4 }, second?.etag ?? '')).toBeNull()
})

it('lists a range of one partition in order, over many pages', async () => {
  const names = ['a', 'b', 'c', "d'e", 'f']
  await Promise.all(names.map((name, n) => rows.put("it's", name, { n })))
  await rows.put('its', 'b', { n: 9 })
  const listed = async (range: object) =>
    (await Array.fromAsync(rows.list("it's", range, 2))).map(({ rowKey }) => rowKey)
  await expect(listed({})).resolves.toEqual(names)
  await expect(listed({ from: 'b', below: 'f' })).resolves.toEqual(['b', 'c', "d'e"])
  await expect(listed({ after: 'b' })).resolves.toEqual(['c', "d'e", 'f'])
})

it('names the row that does not fit its schema, and the field', async () => {
  const other = documentTable(storage.clients.table('attempts'), z.object({ m: z.string() }))
  await rows.put('damaged', 'row', { n: 1 })
  await expect(other.get('damaged', 'row')).rejects.toThrow(
    expect.objectContaining({
      code: 'damaged-record',
      message: expect.stringMatching(/Row row of table attempts.*m/s),
    }),
  )
})

it('keeps the people register by ETag', async () => {
  const people = createPeopleRegister(storage.clients.table('people'), () => new Date())
  const oid = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01')
  const entry = (unit: string) =>
    registerEntrySchema.parse({ officer: 'P214567', unit, vetting: [], assignments: [] })
  const author = { by: oid, cause: 'entered' } as const
  await expect(people.find(oid)).resolves.toBeNull()
  await expect(people.put(oid, entry('first'), null, author)).resolves.toBe(true)
  await expect(people.put(oid, entry('again'), null, author)).resolves.toBe(false)
  const first = await people.find(oid)
  await expect(people.put(oid, entry('second'), first?.etag ?? '', author)).resolves.toBe(true)
  await expect(people.put(oid, entry('third'), first?.etag ?? '', author)).resolves.toBe(false)
  expect((await people.find(oid))?.entry.unit).toBe('second')
})
