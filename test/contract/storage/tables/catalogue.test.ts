import type { TransactionAction } from '@azure/data-tables'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { officerSchema, oidSchema } from '../../../../shared/clearance/person.ts'
import type { Footage } from '../../../../shared/footage/footage.ts'
import { type FootageId, newFootageId } from '../../../../shared/footage/ids.ts'
import { type AccessPath, EVER, pathKeys } from '../../../../shared/footage/index-keys.ts'
import { type Summary, summarise } from '../../../../shared/footage/summary.ts'
import { WORK_LISTS, workListsOf } from '../../../../shared/footage/work-lists.ts'
import { inParallel } from '../../../../shared/in-parallel.ts'
import { type Catalogue, createCatalogue } from '../../../../shared/storage/tables/catalogue.ts'
import { entityOf } from '../../../../shared/storage/tables/documents.ts'
import {
  createFootageIndex,
  type FootageIndex,
} from '../../../../shared/storage/tables/footage-index.ts'
import { footage, footageRecordedAt, part } from '../../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

let storage: TestStorage
let index: FootageIndex
let catalogue: Catalogue
beforeAll(async () => {
  storage = await startStorage()
  index = createFootageIndex(storage.clients.table('footageIndex'))
  catalogue = createCatalogue(storage.clients.table('footage'), index, () => new Date())
})
afterAll(() => storage[Symbol.asyncDispose]())

/** Footage that no other test finds by its unit. */
const own = (overrides: Partial<Footage> = {}) =>
  footage({ unit: `unit-${crypto.randomUUID()}`, ...overrides })
/** A partition a month is read: not more months than the tests use. */
const MONTHS = { from: '2025-10-01T00:00:00.000Z', to: '2026-12-31T00:00:00.000Z' }
const found = (path: AccessPath, span = path.by === 'state' ? EVER : MONTHS) =>
  Array.fromAsync(index.read(path, span))
const idsIn = async (path: AccessPath) => (await found(path)).map(({ summary }) => summary.id)
const listsOf = async (id: FootageId) => {
  const lists = await Promise.all(
    WORK_LISTS.map(async (state) =>
      (await idsIn({ by: 'state', state })).includes(id) ? state : null,
    ),
  )
  return lists.filter((list) => list !== null)
}
async function expectIndexToAgree(id: FootageId): Promise<void> {
  const truth = await catalogue.get(id)
  for (const { summary } of await found({ by: 'unit', unit: truth.unit })) {
    expect({ ...summary, revision: 0, changedAt: '' }).toEqual({
      ...summarise(truth),
      revision: 0,
      changedAt: '',
    })
  }
  const order = WORK_LISTS.filter((list) => workListsOf(truth).includes(list))
  expect(await listsOf(id)).toEqual(order)
}

it('takes an id once', async () => {
  const one = own()
  const added = await Promise.all([1, 2, 3].map(() => catalogue.add(one)))
  expect(added.filter(Boolean)).toHaveLength(1)
  await expect(catalogue.get(one.id)).resolves.toEqual(one)
})

it('finds nothing where nothing is, and says so', async () => {
  const id = newFootageId()
  await expect(catalogue.find(id)).resolves.toBeNull()
  await expect(catalogue.change(id, () => ({}))).rejects.toMatchObject({ code: 'not-found' })
})

it('loses none of fifty changes at the same time, and the index agrees in the end', async () => {
  const one = own()
  await catalogue.add(one)
  const states = ['landed', 'mismatched', 'secured', 'rendering', 'ready'] as const
  await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      catalogue.change(one.id, ({ sequence }) => ({
        sequence: sequence + 1,
        state: states[n % states.length] ?? 'landed',
        urgent: n % 2 === 0,
        ...(n % 10 === 0 && { restrictions: ['child'] }),
      })),
    ),
  )
  const truth = await catalogue.get(one.id)
  expect(truth).toMatchObject({ sequence: one.sequence + 50, revision: 51, edition: 2 })
  await expectIndexToAgree(one.id)
}, 30_000)

it('lets changes of people rest on what people said, however far its renditions have come', async () => {
  const one = own()
  await catalogue.add(one)
  const rendering = await catalogue.change(one.id, () => ({ state: 'rendering', urgent: true }))
  expect(rendering).toMatchObject({ revision: 2, edition: 1 })
  const marked = await catalogue.change(one.id, () => ({ marking: 'OFFICIAL' }))
  expect(marked).toMatchObject({ revision: 3, edition: 2 })
})

it('lets a late writer overwrite nothing newer', async () => {
  const one = own()
  await catalogue.add(one)
  const newer = await catalogue.change(one.id, () => ({ urgent: true }))
  await index.write(one)
  expect((await found({ by: 'unit', unit: one.unit }))[0]?.summary.revision).toBe(newer.revision)
  await index.removeStale(newer, { ...one, unit: 'elsewhere', revision: 1 })
  expect(await idsIn({ by: 'unit', unit: one.unit })).toEqual([one.id])
})

it('lets a late writer bring back no row that a newer one has removed', async () => {
  const one = own()
  await catalogue.add(one)
  let overtaken = false
  const late = createCatalogue(
    storage.clients.table('footage'),
    {
      ...index,
      async write(written) {
        if (!overtaken) {
          overtaken = true
          await catalogue.change(one.id, () => ({ state: 'mismatched' }))
        }
        await index.write(written)
      },
    },
    () => new Date(),
  )
  await late.change(one.id, () => ({ state: 'landed' }))
  await expect(listsOf(one.id)).resolves.toEqual(['mismatched'])
})

it('moves a recording from list to list, sidecars included', async () => {
  const one = own({ parts: [part('recording'), part('gps-track')] })
  await catalogue.add(one)
  await expect(listsOf(one.id)).resolves.toEqual(['expected'])
  const [recording, track] = [
    part('recording', { state: 'secured' as const }),
    part('gps-track', { state: 'mismatched' as const }),
  ]
  await catalogue.change(one.id, () => ({
    state: 'secured',
    parts: [recording, part('gps-track')],
  }))
  await expect(listsOf(one.id)).resolves.toEqual(['secured', 'awaiting-sidecar'])
  await catalogue.change(one.id, () => ({ parts: [recording, track] }))
  await expect(listsOf(one.id)).resolves.toEqual(['secured', 'quarantined', 'awaiting-sidecar'])
  await catalogue.change(one.id, () => ({ parts: [recording, { ...track, state: 'secured' }] }))
  await expect(listsOf(one.id)).resolves.toEqual(['secured'])
})

it('mends the lists that a writer left behind when it died', async () => {
  const one = own({ parts: [part('recording', { state: 'mismatched' })], state: 'mismatched' })
  await catalogue.add(one)
  const dead = { ...one, state: 'landed' as const }
  await index.write(dead)
  await expect(listsOf(one.id)).resolves.toEqual(['landed', 'mismatched', 'quarantined'])
  await catalogue.reindex(one.id)
  await expect(listsOf(one.id)).resolves.toEqual(['mismatched', 'quarantined'])
})

describe('the order of truth and index', () => {
  const watched = (calls: string[]): Catalogue =>
    createCatalogue(
      storage.clients.table('footage'),
      {
        ...index,
        async foretell(before, after) {
          calls.push('index first')
          await index.foretell(before, after)
        },
        async write(written) {
          const truth = await catalogue.get(written.id)
          if (truth.revision === written.revision) calls.push('truth first')
          await index.write(written)
        },
      },
      () => new Date(),
    )

  it.each([
    ['a raised marking', { marking: 'SECRET' }, 'index first'],
    ['a lowered marking', { marking: 'OFFICIAL' }, 'truth first'],
    ['another restriction', { restrictions: ['child', 'sexual-offence'] }, 'index first'],
    ['one restriction for another', { restrictions: ['sexual-offence'] }, 'index first'],
    ['a lifted restriction', { restrictions: [] }, 'truth first'],
    ['a grant that was taken back', { grants: [] }, 'index first'],
    ['another borough', { borough: 'hackney' }, 'index first'],
    ['a change that closes nothing', { urgent: true }, 'truth first'],
  ] as const)('is, for %s, right for those who search meanwhile', async (_, change, first) => {
    const grants: Footage['grants'] = [
      { oid: footage().dock, level: 'view', until: '2027-01-01T00:00:00.000Z' },
    ]
    const one = own({ restrictions: ['child'], grants })
    await catalogue.add(one)
    const calls: string[] = []
    await watched(calls).change(one.id, () => change as Partial<Footage>)
    expect(calls[0]).toBe(first)
    await expectIndexToAgree(one.id)
  })

  it('is mended where what was foretold did not come', async () => {
    const one = own()
    await catalogue.add(one)
    let intruded = false
    const intruding = createCatalogue(
      storage.clients.table('footage'),
      {
        ...index,
        async foretell(before, after) {
          await index.foretell(before, after)
          if (intruded) return
          intruded = true
          await catalogue.change(one.id, () => ({ marking: 'OFFICIAL' }))
          await index.foretell(before, after)
        },
      },
      () => new Date(),
    )
    await intruding.change(one.id, ({ marking }) =>
      marking === 'OFFICIAL-SENSITIVE' ? { marking: 'SECRET' } : null,
    )
    expect((await catalogue.get(one.id)).marking).toBe('OFFICIAL')
    await expectIndexToAgree(one.id)
  })
})

describe('several paths', () => {
  it('are read as one, each recording once, newest first', async () => {
    const [unit, officer] = [`unit-${crypto.randomUUID()}`, officerSchema.parse('P987654')]
    const oid = oidSchema.parse(crypto.randomUUID())
    const grants: Footage['grants'] = [
      { oid, level: 'view', until: '2027-01-01T00:00:00.000Z' },
      { oid, level: 'original', until: '2027-01-01T00:00:00.000Z' },
    ]
    const ways: Partial<Footage>[] = [{ unit }, { officer }, { grants }, { unit, officer, grants }]
    const all = Array.from({ length: 24 }, (_, n) =>
      footageRecordedAt(new Date(Date.UTC(2026, 10, 20) - n * 9 * 86_400_000).toISOString(), {
        unit: 'elsewhere',
        officer: officerSchema.parse('P111222'),
        ...ways[n % ways.length],
      }),
    )
    await inParallel(8, all, (each) => catalogue.add(each))
    const paths: AccessPath[] = [
      { by: 'unit', unit },
      { by: 'officer', officer },
      { by: 'grant', oid },
    ]
    const listed = await Array.fromAsync(index.read(paths, MONTHS))
    expect(listed.map(({ summary }) => summary.id)).toEqual(all.map(({ id }) => id))
  })

  it('let the latest revision speak where rows of one recording differ', async () => {
    const one = own()
    await catalogue.add(one)
    const officer = officerSchema.parse('P987655')
    await catalogue.change(one.id, () => ({ officer, urgent: true }))
    // What a writer that died has left under the former officer.
    await index.write(one)
    const paths: AccessPath[] = [
      { by: 'officer', officer: one.officer },
      { by: 'officer', officer },
    ]
    for (const order of [paths, paths.toReversed()]) {
      const listed = await Array.fromAsync(index.read(order, MONTHS))
      const rows = listed.filter(({ summary }) => summary.id === one.id)
      expect(rows.map(({ summary }) => summary.urgent)).toEqual([true])
    }
  })

  it('are read on beyond the first rows of a partition', async () => {
    const unit = `unit-${crypto.randomUUID()}`
    const rows = Array.from({ length: 130 }, (_, n) =>
      summarise(footageRecordedAt(new Date(Date.UTC(2026, 4, 1, 0, n)).toISOString(), { unit })),
    )
    await Promise.all([rows.slice(0, 100), rows.slice(100)].map(submitRows))
    const listed = await Array.fromAsync(index.read({ by: 'unit', unit }, MONTHS))
    expect(listed.map(({ summary }) => summary.id)).toEqual(rows.map(({ id }) => id).toReversed())
  })
})

/** Rows of one unit and month, as they come to be, at once. */
async function submitRows(rows: Summary[]): Promise<void> {
  await storage.clients.table('footageIndex').submitTransaction(
    rows.map((summary) => {
      const key = pathKeys(summary).find(({ partition }) => partition.startsWith('unit:'))
      return ['create', entityOf(key?.partition ?? '', key?.row ?? '', summary)] as const
    }) as TransactionAction[],
  )
}

it('gives the footage of a span newest first, its start included and its end not', async () => {
  const unit = `unit-${crypto.randomUUID()}`
  const times = [
    '2025-12-31T23:59:59.999Z',
    '2026-01-01T00:00:00.000Z',
    '2026-01-31T12:00:00.000Z',
    '2026-02-28T23:59:59.999Z',
    '2026-03-01T00:00:00.000Z',
  ]
  const all = times.map((at) => footageRecordedAt(at, { unit }))
  await Promise.all(all.map((each) => catalogue.add(each)))
  const timesIn = async (from: string, to: string) =>
    (await found({ by: 'unit', unit }, { from, to })).map(({ summary }) => summary.recordedAt)
  await expect(timesIn(MONTHS.from, MONTHS.to)).resolves.toEqual(times.toReversed())
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 4 }), fc.nat({ max: 4 }), async (one, other) => {
      const [from = '', to = ''] = [times[one], times[other]]
      const expected = times.filter((at) => from <= at && at < to).toReversed()
      expect(await timesIn(from, to)).toEqual(expected)
    }),
    { numRuns: 15 },
  )
})

it('merges the shards of a state into one list, newest first', async () => {
  const day = (n: number) => `2019-05-${String(n + 1).padStart(2, '0')}T00:00:00.000Z`
  const all = Array.from({ length: 25 }, (_, n) =>
    footageRecordedAt(day(n), { state: 'unplayable' }),
  )
  await Promise.all(all.map((each) => catalogue.add(each)))
  await expect(idsIn({ by: 'state', state: 'unplayable' })).resolves.toEqual(
    all.map(({ id }) => id).toReversed(),
  )
})
