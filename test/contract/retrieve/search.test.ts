import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCursors } from '../../../shared/access/cursors.ts'
import {
  officerSchema,
  oidSchema,
  type Principal,
  registerEntrySchema,
} from '../../../shared/clearance/person.ts'
import { type SearchItem, search } from '../../../shared/retrieve/search.ts'
import { searchQuerySchema } from '../../../shared/retrieve/search-query.ts'
import type { Services } from '../../../shared/services.ts'
import { type Catalogue, createCatalogue } from '../../../shared/storage/tables/catalogue.ts'
import { createFootageIndex } from '../../../shared/storage/tables/footage-index.ts'
import { footageRecordedAt } from '../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const DAY_MS = 86_400_000

let storage: TestStorage
let catalogue: Catalogue
/** The part of the services that a search uses. */
let services: Services
beforeAll(async () => {
  storage = await startStorage()
  const index = createFootageIndex(storage.clients.table('footageIndex'))
  catalogue = createCatalogue(storage.clients.table('footage'), index, () => NOW)
  services = {
    index,
    cursors: createCursors(Buffer.alloc(32, 1), () => NOW),
    now: () => NOW,
  } as unknown as Services
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const person = (
  borough: string,
  oid = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01',
  roles: Principal['roles'] = ['Investigator'],
): Principal => ({
  oid: oidSchema.parse(oid),
  roles,
  register: registerEntrySchema.parse({
    officer: 'P100001',
    unit: `${borough}-cid`,
    borough,
    vetting: [{ level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
    assignments: [],
  }),
})
const asking = (principal: Principal, query: object) =>
  search(services, principal, searchQuerySchema.parse(query))
async function pages(principal: Principal, query: object): Promise<SearchItem[][]> {
  const all: SearchItem[][] = []
  let cursor: string | null = null
  do {
    const page = await asking(principal, cursor ? { ...query, cursor } : query)
    all.push(page.items)
    cursor = page.next
  } while (cursor)
  return all
}
const idsOf = (all: SearchItem[][]) => all.flat().map(({ id }) => id)

describe('pages', () => {
  it.each([1, 7, 20, 21, 100])(
    'of %i give every row once, newest first, and no others',
    async (limit) => {
      const unit = `unit-${crypto.randomUUID()}`
      const camera = { serial: unit.slice(0, 20), firmware: '1.0' }
      // Over the borders of months, and every third of another borough.
      const all = Array.from({ length: 30 }, (_, n) =>
        footageRecordedAt(new Date(NOW.getTime() - n * 3 * DAY_MS).toISOString(), {
          unit,
          camera,
          borough: n % 3 === 0 ? 'hackney' : 'camden',
        }),
      )
      await Promise.all(all.map((each) => catalogue.add(each)))
      const mine = all.filter(({ borough }) => borough === 'camden').map(({ id }) => id)
      const listed = await pages(person('camden'), { camera: camera.serial, limit })
      expect(idsOf(listed)).toEqual(mine)
      expect(listed.slice(0, -1).every((page) => page.length === limit)).toBe(true)
    },
  )

  it('stay as they were though footage arrives meanwhile', async () => {
    const unit = `unit-${crypto.randomUUID()}`
    const at = (n: number) =>
      footageRecordedAt(new Date(NOW.getTime() - n * DAY_MS).toISOString(), { unit })
    const [first, second, third, fourth] = [at(1), at(2), at(3), at(4)] as const
    await Promise.all([first, second, fourth].map((each) => catalogue.add(each)))
    const page = await asking(person('camden'), { unit, limit: 2 })
    await catalogue.add(at(0.5))
    await catalogue.add(third)
    const next = await asking(person('camden'), { unit, limit: 2, cursor: page.next })
    expect(idsOf([page.items, next.items])).toEqual([first.id, second.id, third.id, fourth.id])
  })

  it('go on only for the same person and query', async () => {
    const unit = `unit-${crypto.randomUUID()}`
    await catalogue.add(footageRecordedAt(NOW.toISOString(), { unit }))
    const { next } = await asking(person('camden'), { unit, limit: 1 })
    const refused = { code: 'invalid-request', errors: [{ field: 'cursor' }] }
    const stranger = person('camden', '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a02')
    await expect(asking(stranger, { unit, limit: 1, cursor: next })).rejects.toMatchObject(refused)
    await expect(asking(person('camden'), { unit, limit: 2, cursor: next })).rejects.toMatchObject(
      refused,
    )
    await expect(
      asking(person('camden'), { borough: 'camden', limit: 1, cursor: next }),
    ).rejects.toMatchObject(refused)
  })
})

describe('a search', () => {
  it('filters by all that it names', async () => {
    const unit = `unit-${crypto.randomUUID()}`
    const references = [{ type: 'crime' as const, value: '77/26' }]
    const one = footageRecordedAt(NOW.toISOString(), { unit, references, state: 'ready' })
    const other = footageRecordedAt(NOW.toISOString(), { unit })
    await Promise.all([one, other].map((each) => catalogue.add(each)))
    const found = async (query: object) => idsOf(await pages(person('camden'), query))
    await expect(found({ reference: 'crime:77/26', unit })).resolves.toEqual([one.id])
    await expect(found({ unit, state: 'ready' })).resolves.toEqual([one.id])
    await expect(found({ unit, camera: 'VB-0001', officer: 'P214567' })).resolves.toHaveLength(2)
    await expect(found({ unit, borough: 'hackney' })).resolves.toEqual([])
  })

  it('shows neither who holds grants nor revisions, and London time', async () => {
    const unit = `unit-${crypto.randomUUID()}`
    await catalogue.add(footageRecordedAt('2026-07-01T12:00:00.000Z', { unit }))
    const { items } = await asking(person('camden'), { unit, from: '2026-07-01', to: '2026-07-02' })
    expect(items[0]).not.toHaveProperty('grants')
    expect(items[0]).not.toHaveProperty('revision')
    expect(items[0]?.recordedAtLondon).toBe('1 Jul 2026, 13:00:00 BST')
  })

  it('by nothing gives all that someone may list, and is refused to whose remit is the whole force', async () => {
    const borough = 'wandsworth'
    const references = [{ type: 'crime' as const, value: '88/26' }]
    const [mine, own, named, other] = [
      footageRecordedAt('2026-11-01T12:00:00.000Z', { borough, references }),
      footageRecordedAt('2026-10-30T12:00:00.000Z', { officer: officerSchema.parse('P100001') }),
      footageRecordedAt('2026-10-02T12:00:00.000Z', {
        grants: [{ oid: person(borough).oid, level: 'view', until: '2026-12-24T00:00:00.000Z' }],
      }),
      footageRecordedAt('2026-10-01T12:00:00.000Z'),
    ]
    await Promise.all([mine, own, named, other].map((each) => catalogue.add(each)))
    expect(idsOf(await pages(person(borough), {}))).toEqual([mine.id, own.id, named.id])
    const elsewhere = await pages(person(borough), { borough: 'camden' })
    expect(idsOf(elsewhere)).toEqual([own.id, named.id])
    const manager = person(borough, undefined, ['EvidenceManager'])
    await expect(asking(manager, {})).rejects.toMatchObject({
      code: 'invalid-request',
      errors: [{ field: 'query' }],
    })
    expect(idsOf(await pages(manager, { reference: 'crime:88/26' }))).toEqual([mine.id])
  })

  it('of more than ten years is refused, by the name of the field', async () => {
    const query = { unit: 'a', from: '2001-01-01', to: '2026-01-01' }
    await expect(asking(person('camden'), query)).rejects.toMatchObject({
      code: 'invalid-request',
      errors: [{ field: 'from' }],
    })
  })

  it('that ends before it begins is refused: nothing found would read as nothing there', async () => {
    for (const to of ['2026-11-23', '2026-11-24']) {
      const query = { unit: 'a', from: '2026-11-24', to }
      await expect(asking(person('camden'), query)).rejects.toMatchObject({
        code: 'invalid-request',
        errors: [{ field: 'from' }],
      })
    }
  })

  it('of years that are none ends at once', async () => {
    expect(
      searchQuerySchema.safeParse({ unit: 'a', from: '0000-01-01T00:00:00+14:00' }).success,
    ).toBe(false)
    const query = { unit: 'a', from: '0000-01-01', to: '0001-01-01' }
    await expect(asking(person('camden'), query)).resolves.toEqual({ items: [], next: null })
  })
})
