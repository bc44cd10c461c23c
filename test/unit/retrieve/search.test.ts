import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCursors } from '../../../shared/access/cursors.ts'
import { decide } from '../../../shared/clearance/decide.ts'
import { RESTRICTIONS } from '../../../shared/clearance/guards.ts'
import { MARKINGS } from '../../../shared/clearance/marking.ts'
import { type Principal, principalSchema } from '../../../shared/clearance/person.ts'
import { ROLES } from '../../../shared/clearance/roles.ts'
import { type Footage, footageSchema } from '../../../shared/footage/footage.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { indexKeys, partitionsOf, rowKey } from '../../../shared/footage/index-keys.ts'
import { summarise } from '../../../shared/footage/summary.ts'
import { LISTED_PER_REQUEST, search } from '../../../shared/retrieve/search.ts'
import { matches, searchQuerySchema } from '../../../shared/retrieve/search-query.ts'
import type { FootageIndex } from '../../../shared/storage/tables/footage-index.ts'
import { footage, footageRecordedAt } from '../footage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const DAY_MS = 86_400_000
const CALLER = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'

const daysBefore = (time: string, days: number) =>
  new Date(Date.parse(time) - days * DAY_MS).toISOString()
const daysAgo = (days: number) => daysBefore(NOW.toISOString(), days)
const some = <T>(values: readonly T[], most = values.length) =>
  fc.subarray([...values], { maxLength: Math.min(most, values.length) })

const OFFICERS = ['P100001', 'P100002', 'P100003'] as const
const UNITS = ['camden-cid', 'hackney-cid', 'traffic'] as const
const BOROUGHS = ['camden', 'hackney', undefined] as const
const CAMERAS = ['VB-0001', 'VB-0002'] as const
const REFERENCES = ['1/26', '2/26'].map((value) => ({ type: 'crime', value }))
const STATES = ['ready', 'unplayable'] as const

/** Recordings that are tied to the caller in every way and none, and closed to them in every way and none. */
const recordings = fc.array(
  fc
    .record({
      officer: fc.constantFrom(...OFFICERS),
      unit: fc.constantFrom(...UNITS),
      borough: fc.constantFrom(...BOROUGHS),
      camera: fc.constantFrom(...CAMERAS).map((serial) => ({ serial, firmware: '1.0' })),
      references: some(REFERENCES),
      state: fc.constantFrom(...STATES),
      marking: fc.constantFrom(...MARKINGS, 'OFFICIAL-SENSITIVE' as const),
      restrictions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, some(RESTRICTIONS, 2)),
      grants: some(
        [daysAgo(-1), daysAgo(1)].map((until) => ({ oid: CALLER, level: 'view', until })),
      ),
      days: fc.float({ min: 0, max: 110, noNaN: true }),
    })
    .map(({ days, ...said }) =>
      footageSchema.parse({ ...footageRecordedAt(daysAgo(days)), ...said, id: newFootageId() }),
    ),
  { maxLength: 40 },
)

const vetting = (level: string) => ({
  level,
  awarded: '2024-01-01',
  expires: '2034-01-01',
  status: 'current',
})
const callers = fc
  .record({
    roles: fc.oneof(
      some(ROLES, 2),
      fc.constantFrom(['Investigator'], ['Officer'], ['EvidenceManager']),
    ),
    officer: fc.constantFrom(...OFFICERS),
    unit: fc.constantFrom(...UNITS),
    borough: fc.constantFrom(...BOROUGHS),
    status: fc.constantFrom('serving', 'serving', 'serving', 'suspended'),
    vetting: fc.constantFrom([vetting('RV')], [vetting('RV')], [vetting('NPPV2-abbreviated')], []),
    assignments: some(REFERENCES),
  })
  .map(({ roles, ...register }) => principalSchema.parse({ oid: CALLER, roles, register }))

const queries = fc
  .record(
    {
      reference: fc.constantFrom('crime:1/26', 'crime:2/26'),
      camera: fc.constantFrom(...CAMERAS),
      officer: fc.constantFrom(...OFFICERS),
      unit: fc.constantFrom(...UNITS),
      borough: fc.constantFrom('camden', 'hackney'),
      state: fc.constantFrom(...STATES),
      from: fc.integer({ min: 51, max: 110 }).map(daysAgo),
      to: fc.integer({ min: 0, max: 50 }).map(daysAgo),
      limit: fc.integer({ min: 1, max: 10 }),
    },
    { requiredKeys: [] },
  )
  .chain((query) =>
    some(Object.keys(query), 4).map((kept) =>
      Object.fromEntries(Object.entries(query).filter(([name]) => kept.includes(name))),
    ),
  )

/** The index as its readers are promised it: what lies along the paths, newest first, each once. */
function indexOf(all: readonly Footage[]): Pick<FootageIndex, 'read'> {
  const rows = all
    .map((each) => ({
      summary: summarise(each),
      rowKey: rowKey(each.clock.recordedAt, each.id),
      partitions: indexKeys(each).map(({ partition }) => partition),
    }))
    .toSorted((a, b) => (a.rowKey < b.rowKey ? -1 : 1))
  return {
    async *read(paths, { from, to, after }) {
      const read = new Set([paths].flat().flatMap((path) => partitionsOf(path, from, to).flat()))
      for (const { summary, rowKey: key, partitions } of rows) {
        const isPast = after ? key <= after : key < `${rowKey(to)};`
        if (isPast || key >= `${rowKey(from)};` || !partitions.some((one) => read.has(one)))
          continue
        yield { summary, rowKey: key }
      }
    },
  }
}

/** The answers that someone gets who goes on until the end, as far as they can compare them. */
async function answers(world: readonly Footage[], caller: Principal, query: object) {
  const cursors = createCursors(Buffer.alloc(32, 1), () => NOW)
  const services = { index: indexOf(world), cursors, now: () => NOW } as Parameters<
    typeof search
  >[0]
  const all: { ids: string[]; next: number | null }[] = []
  let cursor: string | null = null
  do {
    const asked = searchQuerySchema.parse(cursor ? { ...query, cursor } : query)
    const { items, next } = await search(services, caller, asked)
    all.push({ ids: items.map(({ id }) => id), next: next ? next.length : null })
    cursor = next
  } while (cursor)
  return all
}

const mayList = (caller: Principal, each: Footage) => decide(caller, 'list', each, NOW).allowed
/** Null for whose remit is the whole force, if they name nothing. */
const refused = (error: unknown): null => {
  expect(error).toMatchObject({ code: 'invalid-request', errors: [{ field: 'query' }] })
  return null
}

describe('a search, whoever asks for whatever', () => {
  it('gives all that they may list of what they ask for, in order, each once', async () => {
    await fc.assert(
      fc.asyncProperty(recordings, callers, queries, async (world, caller, query) => {
        const { from: start, to = daysAgo(-1), ...sought } = searchQuerySchema.parse(query)
        const from = start ?? daysBefore(to, 92)
        const expected = world
          .filter((each) => mayList(caller, each) && matches(sought, summarise(each)))
          .filter(({ clock: { recordedAt } }) => from <= recordedAt && recordedAt < to)
          .map((each) => ({ id: each.id, key: rowKey(each.clock.recordedAt, each.id) }))
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        const given = await answers(world, caller, query).catch(refused)
        if (!given) {
          expect(caller.roles).toContain('EvidenceManager')
          return
        }
        expect(given.flatMap(({ ids }) => ids)).toEqual(expected.map(({ id }) => id))
      }),
      { numRuns: 300 },
    )
  })

  it('is answered alike in two worlds that differ in what they may not list', async () => {
    await fc.assert(
      fc.asyncProperty(
        recordings,
        callers,
        queries,
        fc.infiniteStream(fc.boolean()),
        async (world, caller, query, isThere) => {
          const other = world.filter((each) => mayList(caller, each) || isThere.next().value)
          const [one, two] = await Promise.all(
            [world, other].map((each) => answers(each, caller, query).catch(refused)),
          )
          expect(two).toEqual(one)
        },
      ),
      { numRuns: 300 },
    )
  })
})

const investigator = principalSchema.parse({
  oid: CALLER,
  roles: ['Investigator'],
  register: {
    officer: 'P100001',
    unit: 'camden-cid',
    borough: 'camden',
    vetting: [vetting('RV')],
    assignments: [],
  },
})

describe('a request', () => {
  it('goes through so many recordings that its caller may list, and others do not count', async () => {
    const at = (n: number) => daysAgo(1 + n / 1000)
    const listed = Array.from({ length: LISTED_PER_REQUEST + 1 }, (_, n) =>
      footageRecordedAt(at(n)),
    )
    const hidden = Array.from({ length: 500 }, (_, n) =>
      footageRecordedAt(at(n * 10), { restrictions: ['child'] }),
    )
    const query = { borough: 'camden', state: 'unplayable' }
    const given = await answers(listed, investigator, query)
    expect(given).toEqual([
      { ids: [], next: expect.any(Number) },
      { ids: [], next: null },
    ])
    await expect(answers([...listed, ...hidden], investigator, query)).resolves.toEqual(given)
  })

  it.each([
    ['an officer of their own choice', {}, { officer: 'P100003' }, 1],
    ['their borough', {}, { borough: 'camden' }, 1],
    ['a team within it', {}, { unit: 'camden-response-1' }, 14],
    ['another borough', {}, { borough: 'hackney' }, 1],
    ['a state', {}, { state: 'ready' }, 1],
    ['all of theirs', {}, {}, 1],
    [
      'their borough, vetted for the lowest marking',
      { vetting: [vetting('NPPV2-abbreviated')] },
      { borough: 'camden' },
      14,
    ],
    ['their borough, vetted for none', { vetting: [] }, { borough: 'camden' }, 1],
  ])(
    'for %s is followed to the end of three months by as few others as its reach allows',
    async (_, said, query, requests) => {
      const register = { ...investigator.register, ...said }
      const caller = principalSchema.parse({ ...investigator, register })
      await expect(answers([], caller, query)).resolves.toHaveLength(requests)
    },
  )

  it('of someone who may list nothing reads nothing', async () => {
    const reading = {
      read() {
        throw new Error('It was read.')
      },
    }
    const services = { index: reading, now: () => NOW } as unknown as Parameters<typeof search>[0]
    const query = searchQuerySchema.parse({ borough: 'camden' })
    for (const [roles, register] of [
      [['Auditor'], investigator.register],
      [['Investigator'], null],
      [['Investigator'], { ...investigator.register, status: 'left' }],
      [['EvidenceManager'], { ...investigator.register, vetting: [] }],
    ] as const) {
      const caller = principalSchema.parse({ oid: CALLER, roles, register })
      await expect(search(services, caller, query)).resolves.toEqual({ items: [], next: null })
    }
  })

  it('shows a recording that is about to be closed to nobody who may not see it then', async () => {
    const one = footage()
    const index = indexOf([one])
    const foretold = {
      ...summarise(one),
      becoming: [{ ...summarise(one), unit: 'elsewhere', borough: undefined }],
    }
    const services = {
      index: {
        async *read(...given: Parameters<typeof index.read>) {
          for await (const row of index.read(...given)) yield { ...row, summary: foretold }
        },
      },
      now: () => NOW,
    } as unknown as Parameters<typeof search>[0]
    const query = searchQuerySchema.parse({ borough: 'camden' })
    const { items } = await search(services, investigator, query)
    expect(items).toEqual([])
  })
})

describe('the span of a search', () => {
  it('begins and ends at moments with a zone, or with days in UTC', () => {
    expect(
      searchQuerySchema.parse({ from: '2026-06-24T20:00:00+01:00', to: '2026-06-25' }),
    ).toEqual(
      expect.objectContaining({ from: '2026-06-24T19:00:00.000Z', to: '2026-06-25T00:00:00.000Z' }),
    )
  })

  it.each(['2026-11-24T20:00', 'yesterday', '2026-02-30'])('says how to write %s', (from) => {
    const issues = searchQuerySchema.safeParse({ from }).error?.issues
    expect(issues).toEqual([
      expect.objectContaining({
        path: ['from'],
        message: expect.stringContaining('such as 2026-11-24T20:00:00Z'),
      }),
    ])
  })
})
