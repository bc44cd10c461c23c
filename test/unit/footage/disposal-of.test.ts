import { describe, expect, it } from 'vitest'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { disposalOf, retentionOf } from '../../../shared/footage/disposal-of.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import { DISPOSAL_RULES } from '../../../shared/footage/retention-rules.ts'
import { FOOTAGE_STATES } from '../../../shared/footage/state.ts'
import { footageRecordedAt } from '../footage-fixture.ts'

const RECORDED = '2026-01-31T10:00:00.000Z'
const by = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06')
const recording = (overrides: Partial<Footage> = {}) =>
  footageRecordedAt(RECORDED, { state: 'ready', ...overrides })
const at = (instant: string) => new Date(instant)
const CASE = { type: 'case-urn', value: '01AB/1/26' } as const

/** What is kept how long, by what is on record of it. */
const KEPT: [what: string, Partial<Footage>, rule: string | null, from: string | null][] = [
  ['nothing', {}, 'non-evidential', '2026-03-03T10:00:00.000Z'],
  [
    'an incident alone',
    { references: [{ type: 'incident', value: '4417' }] },
    'non-evidential',
    '2026-03-03T10:00:00.000Z',
  ],
  ['a crime', { references: [{ type: 'crime', value: '1/26' }] }, null, null],
  ['a case', { references: [CASE] }, null, null],
  ['an exhibit', { references: [{ type: 'exhibit', value: 'AB/1' }] }, null, null],
  ['the category of evidence', { category: ' Evidential' }, null, null],
  ['the category of evidence in another word', { category: 'Evidence' }, null, null],
  ['group 1', { retentionGroup: 'group-1' }, 'group-1', null],
  ['group 2', { retentionGroup: 'group-2' }, 'group-2', '2036-01-31T10:00:00.000Z'],
  ['group 3', { retentionGroup: 'group-3' }, 'group-3', '2032-01-31T10:00:00.000Z'],
  [
    'a crime, reviewed',
    { references: [{ type: 'crime', value: '1/26' }], retentionGroup: 'group-4' },
    'group-4',
    '2032-01-31T10:00:00.000Z',
  ],
]

describe.each(KEPT)('a recording with %s', (_, overrides, rule, from) => {
  it(`is kept under ${rule} until ${from}`, () => {
    expect(retentionOf(recording(overrides))).toEqual({ rule, from })
    const one = recording(overrides)
    if (from === null) {
      expect(disposalOf(one, at('2999-01-01T00:00:00Z')).disposable).toBe(false)
      return
    }
    const justBefore = new Date(Date.parse(from) - 1)
    expect(disposalOf(one, justBefore)).toMatchObject({ because: 'not-due', rule, from })
    expect(disposalOf(one, at(from))).toEqual({ disposable: true, rule, since: from })
  })

  it('goes under no other rule that someone names, but by order', () => {
    for (const asked of DISPOSAL_RULES) {
      const { disposable } = disposalOf(recording(overrides), at('2999-01-01T00:00:00Z'), asked)
      const lets = asked === 'erasure-order' || (asked === rule && from !== null)
      expect(disposable, asked).toBe(lets)
    }
  })
})

it('is kept by a hold and by a case, whatever the rule, and both are named', () => {
  const holds = [{ name: 'iopc-2026-114', reason: 'as asked', by, at: RECORDED }]
  const cases = [
    {
      urn: CASE.value,
      standing: 'unused' as const,
      reviewer: recording().officer,
      reviewedOn: '2026-02-01',
      by,
      at: RECORDED,
    },
  ]
  const later = at('2999-01-01T00:00:00Z')
  for (const asked of [undefined, ...DISPOSAL_RULES]) {
    expect(disposalOf(recording({ holds, cases }), later, asked)).toMatchObject({
      because: 'held',
      by: ['iopc-2026-114'],
    })
    expect(disposalOf(recording({ cases }), later, asked)).toMatchObject({
      because: 'in-case',
      by: [CASE.value],
    })
  }
})

it.each(['post-incident-lock', 'professional-standards'] as const)(
  'is kept while there is a %s, whatever the rule',
  (restriction) => {
    const one = recording({ restrictions: ['child', restriction] })
    for (const asked of [undefined, ...DISPOSAL_RULES]) {
      expect(disposalOf(one, at('2999-01-01T00:00:00Z'), asked)).toMatchObject({
        because: 'inquiry',
        by: [restriction],
      })
    }
  },
)

it.each(FOOTAGE_STATES)('that is %s goes only if nobody works on it', (state) => {
  const { disposable } = disposalOf(recording({ state }), at('2999-01-01T00:00:00Z'))
  expect(disposable).toBe(['secured', 'ready', 'unplayable'].includes(state))
})

it('counts years by the calendar, a leap day to the first of March', () => {
  const leap = footageRecordedAt('2028-02-29T23:00:00.000Z', { retentionGroup: 'group-3' })
  expect(retentionOf(leap).from).toBe('2034-03-01T23:00:00.000Z')
})
