import type { TableClient } from '@azure/data-tables'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide } from '../../../../shared/clearance/decide.ts'
import { type Principal, principalSchema } from '../../../../shared/clearance/person.ts'
import { mayThroughout } from '../../../../shared/clearance/throughout.ts'
import { type Footage, footageSchema } from '../../../../shared/footage/footage.ts'
import type { FootageId } from '../../../../shared/footage/ids.ts'
import { indexKeys } from '../../../../shared/footage/index-keys.ts'
import { type Summary, summarise, summarySchema } from '../../../../shared/footage/summary.ts'
import type { Services } from '../../../../shared/services.ts'
import { type Catalogue, createCatalogue } from '../../../../shared/storage/tables/catalogue.ts'
import { createFootageIndex } from '../../../../shared/storage/tables/footage-index.ts'
import { sweep } from '../../../../shared/work/sweep.ts'
import { footage, part } from '../../../unit/footage-fixture.ts'
import { startStorage, type TestStorage } from '../../storage-fixture.ts'

const NOW = new Date('2026-11-23T12:00:00.000Z')
const HOLDER = '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1b01'

let storage: TestStorage
beforeAll(async () => {
  storage = await startStorage()
})
afterAll(() => storage?.[Symbol.asyncDispose]())

/** One person for each thing that may tie someone to a recording, or close it to them. */
const person = (register: object, roles: string[] = ['Investigator'], oid = crypto.randomUUID()) =>
  principalSchema.parse({
    oid,
    roles,
    register: {
      officer: 'P999999',
      unit: 'nowhere',
      vetting: [{ level: 'RV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
      assignments: [],
      ...register,
    },
  })
const NPPV2 = {
  level: 'NPPV2-abbreviated',
  awarded: '2024-01-01',
  expires: '2034-01-01',
  status: 'current',
}
const PEOPLE: Principal[] = [
  ...['P100001', 'P100002'].map((officer) => person({ officer }, ['Officer'])),
  ...['unit-a', 'unit-b', 'unit-c'].map((unit) => person({ unit })),
  ...['camden', 'hackney'].map((borough) => person({ borough })),
  ...['1/26', '2/26'].map((value) => person({ assignments: [{ type: 'crime', value }] })),
  person({ unit: 'unit-a', vetting: [NPPV2] }),
  person({}, ['EvidenceManager']),
  person({ vetting: [NPPV2] }, ['EvidenceManager']),
  person({}, ['Officer'], HOLDER),
]

const A = {
  state: 'ready',
  parts: [part('recording', { state: 'secured' })],
  officer: 'P100001',
  unit: 'unit-a',
  borough: 'camden',
  references: [{ type: 'crime', value: '1/26' }],
  marking: 'OFFICIAL',
  restrictions: [],
  grants: [{ oid: HOLDER, level: 'view', until: '2027-01-01T00:00:00.000Z' }],
} as unknown as Partial<Footage>
/** Each of them closes the recording to someone, and each but one opens it to someone when it is undone. */
const CHANGES = {
  officer: { officer: 'P100002' },
  unit: { unit: 'unit-b' },
  borough: { borough: 'hackney' },
  'no borough': { borough: undefined },
  reference: { references: [{ type: 'crime', value: '2/26' }] },
  marking: { marking: 'OFFICIAL-SENSITIVE' },
  restriction: { restrictions: ['child'] },
  grant: { grants: [] },
  'several at once': { officer: 'P100002', unit: 'unit-b', marking: 'OFFICIAL-SENSITIVE' },
} as unknown as Record<string, Partial<Footage>>
const undone = (change: Partial<Footage>): Partial<Footage> =>
  Object.fromEntries(Object.keys(change).map((field) => [field, A[field as keyof Footage]]))
const BOTH_WAYS = Object.entries(CHANGES).flatMap(([what, change]) => [
  { what, from: A, change },
  { what: `${what}, undone`, from: { ...A, ...change }, change: undone(change) },
])

type Row = { at: string; summary: Summary }
/** All that the index has of a recording. */
async function rowsOf(id: FootageId): Promise<Row[]> {
  const row = indexKeys(footage({ id }))[0]?.row
  const found = storage.clients
    .table('footageIndex')
    .listEntities<{ document: string }>({ queryOptions: { filter: `RowKey eq '${row}'` } })
  const all: Row[] = []
  for await (const { partitionKey, document } of found) {
    all.push({ at: partitionKey ?? '', summary: summarySchema.parse(JSON.parse(document)) })
  }
  return all
}
const tables = () => [storage.clients.table('footage'), storage.clients.table('footageIndex')]
const catalogueOn = ([truth, index]: TableClient[]): Catalogue => {
  if (!truth || !index) throw new Error('There are two tables.')
  return createCatalogue(truth, createFootageIndex(index), () => NOW)
}
const healthy = () => catalogueOn(tables())

/** Whom the index shows a recording that the truth does not show them. */
async function leaks(id: FootageId): Promise<string[]> {
  const entity = await storage.clients
    .table('footage')
    .getEntity<{ document: string }>(id, 'footage')
  const truth = footageSchema.parse(JSON.parse(entity.document))
  const rows = await rowsOf(id)
  return PEOPLE.filter((one) => !decide(one, 'list', truth, NOW).allowed).flatMap((one) =>
    rows
      .filter(({ summary }) => mayThroughout(one, 'list', summary, NOW))
      .map(({ at }) => `${at} shows it to ${one.roles} ${JSON.stringify(one.register)}`),
  )
}

async function expectAgreement(id: FootageId): Promise<void> {
  const truth = await healthy().get(id)
  const rows = await rowsOf(id)
  expect(rows.map(({ at }) => at).toSorted()).toEqual(
    indexKeys(truth)
      .map(({ partition }) => partition)
      .toSorted(),
  )
  for (const { summary } of rows) {
    expect({ ...summary, revision: 0 }).toEqual({ ...summarise(truth), revision: 0 })
  }
  const unfinished = await Array.fromAsync(healthy().unfinished())
  expect(unfinished.filter((left) => left.id === id)).toEqual([])
}

const WRITES = ['createEntity', 'updateEntity', 'upsertEntity', 'deleteEntity']

/** The tables, with something done before each single write; one write after the other. */
function writtenOneByOne(beforeWrite: () => Promise<void>): TableClient[] {
  let last: Promise<unknown> = Promise.resolve()
  return tables().map(
    (table) =>
      new Proxy(table, {
        get(target, name) {
          const member = Reflect.get(target, name)
          if (typeof member !== 'function') return member
          if (!WRITES.includes(String(name))) return member.bind(target)
          return (...given: unknown[]) => {
            const turn = last.then(beforeWrite).then(() => member.apply(target, given))
            last = turn.catch(() => {})
            return turn
          }
        },
      }),
  )
}

async function added(from: Partial<Footage>): Promise<Footage> {
  const one = footage(from)
  await healthy().add(one)
  return one
}

describe.each(BOTH_WAYS)('a change of $what', ({ from, change }) => {
  it('shows the recording to nobody whom the truth keeps out, after whichever write', async () => {
    const { id } = await added(from)
    const seen: string[] = []
    let writes = 0
    const watched = catalogueOn(
      writtenOneByOne(async () => {
        writes += 1
        seen.push(...(await leaks(id)))
      }),
    )
    await watched.change(id, () => change)
    expect([...seen, ...(await leaks(id))]).toEqual([])
    expect(writes).toBeGreaterThan(5)
    await expectAgreement(id)
  })

  it('is finished by who comes after, wherever its writer died', async () => {
    let finished = false
    for (let life = 1; !finished; life += 4) {
      const { id } = await added(from)
      let left = life
      const mortal = catalogueOn(
        writtenOneByOne(async () => {
          left -= 1
          if (left < 0) throw new Error('killed')
        }),
      )
      finished = await mortal
        .change(id, () => change)
        .then(
          () => true,
          () => false,
        )
      expect(await leaks(id)).toEqual([])
      const unfinished = await Array.fromAsync(healthy().unfinished())
      for (const each of unfinished) if (each.id === id) await healthy().reindex(id)
      await expectAgreement(id)
    }
  })
})

describe('a change that another one comes in between of', () => {
  const OTHERS = {
    'moves it elsewhere': { unit: 'unit-c' },
    'closes it': { restrictions: ['child'] },
    'concerns nobody': { sequence: 99 },
  } as unknown as Record<string, Partial<Footage>>

  it.each(
    Object.entries(OTHERS).flatMap(([what, other]) =>
      [true, false].map((insists) => ({ what, other, insists })),
    ),
  )('and $what, shows it to nobody who may not (made all the same: $insists)', async (given) => {
    const { other, insists } = given
    const { id, revision } = await added(A)
    const seen: string[] = []
    let writes = 0
    const watched = catalogueOn(
      writtenOneByOne(async () => {
        writes += 1
        // It has said what it is about to do, in part.
        if (writes === 4) await healthy().change(id, () => other)
        seen.push(...(await leaks(id)))
      }),
    )
    const step = (truth: Footage) =>
      insists || truth.revision === revision ? { unit: 'unit-b' } : null
    await watched.change(id, step)
    expect([...seen, ...(await leaks(id))]).toEqual([])
    await expectAgreement(id)
  })
})

it('that its writer left unfinished is finished by the sweep, once that had its time', async () => {
  const { id } = await added(A)
  let left = 4
  const mortal = catalogueOn(
    writtenOneByOne(async () => {
      left -= 1
      if (left < 0) throw new Error('killed')
    }),
  )
  await expect(mortal.change(id, () => ({ unit: 'unit-b' }))).rejects.toThrow('killed')
  const index = createFootageIndex(storage.clients.table('footageIndex'))
  const services = { index, catalogue: healthy(), now: () => NOW } as unknown as Services
  const isUnfinished = async () =>
    (await Array.fromAsync(healthy().unfinished())).some((change) => change.id === id)
  await sweep(services, 1)
  expect(await isUnfinished()).toBe(true)
  await sweep(services, 0)
  await expectAgreement(id)
})
