import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REFERENCE_TYPES, referenceSchema } from '../../../shared/clearance/references.ts'
import {
  type AccessPath,
  EVER,
  indexKeys,
  looksAlike,
  partitionsOf,
  rowKey,
  STATE_SHARDS,
  stateKeys,
} from '../../../shared/footage/index-keys.ts'
import { FOOTAGE_STATES } from '../../../shared/footage/state.ts'
import { WORK_LISTS, workListsOf } from '../../../shared/footage/work-lists.ts'
import { footage, footageIdAt, footageRecordedAt, part } from '../footage-fixture.ts'

/** https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the service forbids
const FORBIDDEN = /[/\\#?%\u0000-\u001f\u007f-\u009f]/
const LONGEST_KEY = 512

const EARLIEST = Date.parse('2000-01-01')
const LATEST = Date.parse('2100-01-01')
const instants = fc
  .integer({ min: EARLIEST, max: LATEST })
  .map((time) => new Date(time).toISOString())
const references = fc
  .record({
    type: fc.constantFrom(...REFERENCE_TYPES),
    value: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }),
  })
  .filter((reference) => referenceSchema.safeParse(reference).success)
  .map((reference) => referenceSchema.parse(reference))

describe('keys', () => {
  it('hold no forbidden character and fit, whatever the references', () => {
    const worst = referenceSchema.parse({ type: 'case-urn', value: '\u4e00'.repeat(50) })
    fc.assert(
      fc.property(fc.array(references, { maxLength: 4 }), instants, (some, at) => {
        const keys = indexKeys(footageRecordedAt(at, { references: [worst, ...some] }))
        for (const { partition, row } of keys) {
          expect(partition).not.toMatch(FORBIDDEN)
          expect(row).not.toMatch(FORBIDDEN)
          expect(partition.length).toBeLessThanOrEqual(LONGEST_KEY)
        }
      }),
    )
  })

  it('tell different references apart', () => {
    fc.assert(
      fc.property(references, references, (one, other) => {
        const [a, b] = [one, other].map((reference) =>
          partitionsOf({ by: 'reference', reference }, '2026-05-01', '2026-06-01T00:00:00.000Z'),
        )
        const same = one.type === other.type && one.value === other.value
        expect(String(a) === String(b)).toBe(same)
      }),
    )
  })

  it('put the newest first', () => {
    fc.assert(
      fc.property(instants, instants, (one, other) => {
        const [a, b] = [one, other].map((at) => rowKey(at, footageIdAt(Date.parse(at))))
        if (one !== other) expect((a ?? '') < (b ?? '')).toBe(one > other)
      }),
    )
  })

  it('of all times are equally long, those beyond both ends too', () => {
    const lengths = [EVER.from, EVER.to, '1960-01-01T00:00:00.000Z', '2026-11-23T00:00:00.000Z']
    expect(new Set(lengths.map((at) => rowKey(at).length))).toEqual(new Set([13]))
    expect(rowKey('1960-01-01T00:00:00.000Z')).toBe(rowKey(EVER.from))
  })
})

describe('the partitions of a span', () => {
  const paths: AccessPath[] = [
    { by: 'borough', borough: 'camden' },
    { by: 'unit', unit: 'camden-response-1' },
    { by: 'officer', officer: 'P214567' },
    { by: 'camera', camera: 'VB-0001' },
    { by: 'reference', reference: { type: 'crime', value: '2412345/26' } },
    { by: 'state', state: 'expected' },
  ]
  const span = fc
    .tuple(
      instants,
      fc.integer({ min: 0, max: 5 * 366 * 86_400_000 }),
      fc.float({ min: 0, max: 1, noNaN: true }),
    )
    .map(([from, length, share]) => {
      const at = (ms: number) => new Date(Date.parse(from) + ms).toISOString()
      return { from, to: at(length), recordedAt: at(Math.floor(length * share)) }
    })

  it.each(paths)('by $by hold every recording of the span', (path) => {
    fc.assert(
      fc.property(span, ({ from, to, recordedAt }) => {
        const one = footageRecordedAt(recordedAt, {
          references: [{ type: 'crime', value: '2412345/26' }],
        })
        const partitions = new Set(partitionsOf(path, from, to).flat())
        expect(indexKeys(one).some(({ partition }) => partitions.has(partition))).toBe(true)
      }),
    )
  })

  it.each(paths.slice(0, -1))('by $by come newest first, each once', (path) => {
    fc.assert(
      fc.property(span, ({ from, to }) => {
        const names = partitionsOf(path, from, to).flat()
        expect(names).toEqual([...new Set(names)].toSorted().reverse())
      }),
    )
  })

  it('are none where the span ends before it begins', () => {
    expect(
      partitionsOf(
        { by: 'unit', unit: 'a' },
        '2026-05-01T00:00:00.000Z',
        '2026-03-01T00:00:00.000Z',
      ),
    ).toEqual([])
  })

  it('go by the month from the last day of one', () => {
    expect(
      partitionsOf(
        { by: 'unit', unit: 'a' },
        '2026-01-31T23:00:00.000Z',
        '2026-03-31T23:00:00.000Z',
      ),
    ).toEqual([['unit:a:2026-03'], ['unit:a:2026-02'], ['unit:a:2026-01']])
  })

  it('of a state are its shards, to be merged', () => {
    const [shards, ...others] = partitionsOf({ by: 'state', state: 'ready' }, EVER.from, EVER.to)
    expect(shards).toHaveLength(STATE_SHARDS)
    expect(others).toEqual([])
  })
})

describe('work lists', () => {
  const secured = part('recording', { state: 'secured' })
  it.each(FOOTAGE_STATES)('have %s footage under its state alone', (state) => {
    expect(workListsOf(footage({ state, parts: [secured] }))).toEqual(
      state === 'disposed' ? [] : [state],
    )
  })

  it('are all that is left in the index of what is disposed of', () => {
    for (const state of ['disposing', 'disposed'] as const) {
      const one = footage({ state, references: [{ type: 'crime', value: '2412345/26' }] })
      const rows = indexKeys(one).map(({ partition }) => partition.split(':')[0])
      expect(rows).toEqual(state === 'disposing' ? ['state'] : [])
    }
  })

  it('have what waits in quarantine, whatever the state of the recording', () => {
    const parts = [secured, part('gps-track', { state: 'mismatched' })]
    expect(workListsOf(footage({ state: 'ready', parts }))).toEqual([
      'ready',
      'quarantined',
      'awaiting-sidecar',
    ])
  })

  it('have what waits for a sidecar', () => {
    const parts = [secured, part('gps-track', { state: 'landed' })]
    expect(workListsOf(footage({ state: 'ready', parts }))).toEqual(['ready', 'awaiting-sidecar'])
    expect(workListsOf(footage({ state: 'landed', parts }))).toEqual(['landed'])
  })

  it('can all be cleared: every list has its key', () => {
    const one = footage()
    const keys = stateKeys(one).map(({ partition }) => partition.split(':')[1])
    expect(keys).toEqual([...WORK_LISTS])
    const own = indexKeys(one).filter(({ partition }) => partition.startsWith('state:'))
    expect(stateKeys(one)).toEqual(expect.arrayContaining(own))
  })
})

describe('a change', () => {
  const one = footage()
  it('that no list shows needs no writing of the index', () => {
    expect(looksAlike(one, { ...one, revision: 9, changedAt: EVER.to, dockSite: 'other' })).toBe(
      true,
    )
  })

  it.each([
    { state: 'landed' as const },
    { marking: 'OFFICIAL' as const },
    { restrictions: ['child' as const] },
    { references: [{ type: 'crime' as const, value: '1' }] },
    { parts: [part('recording', { state: 'mismatched' })] },
  ])('of $state$marking$restrictions$references$parts does', (change) => {
    expect(looksAlike(one, { ...one, ...change })).toBe(false)
  })
})
