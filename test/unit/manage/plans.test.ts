import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { CORRECTABLE_FIELDS } from '../../../shared/footage/corrections.ts'
import { disposalOf } from '../../../shared/footage/disposal-of.ts'
import { type Amendment, amendmentSchema, planAmendment } from '../../../shared/manage/amendment.ts'
import { planCaseMark } from '../../../shared/manage/cases.ts'
import { footageEtag, requireCurrent } from '../../../shared/manage/etag.ts'
import { planGrant, planRevocation, withGrant } from '../../../shared/manage/grants.ts'
import { planHold, planHoldRelease } from '../../../shared/manage/holds.ts'
import { planLink, planUnlink } from '../../../shared/manage/references.ts'
import { footage } from '../footage-fixture.ts'

const BY = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a06')
const OID = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a03')
const AUTHOR = { by: BY, at: '2026-11-23T12:00:00.000Z', reason: 'as asked' }
const CASE = { type: 'case-urn', value: '01AB/2345/26' } as const
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('an amendment', () => {
  const amendments: fc.Arbitrary<Amendment> = fc
    .record(
      {
        marking: fc.constantFrom('OFFICIAL', 'OFFICIAL-SENSITIVE', 'SECRET'),
        restrictions: fc.subarray(['child', 'sexual-offence', 'post-incident-lock']),
        officer: fc.constantFrom('P214567', 'P100001'),
        unit: fc.constantFrom('camden-response-1', 'hackney-cid'),
        borough: fc.constantFrom('camden', 'hackney', null),
        category: fc.constantFrom('stop-search', null),
        recordedAt: fc.constantFrom('2026-11-23T10:00:00.000Z', '2026-11-22T10:00:00.000Z'),
      },
      { requiredKeys: ['marking'] },
    )
    .map((changes) => amendmentSchema.parse({ reason: 'as asked', ...changes }))

  it('says beforehand all that it changes, and keeps each value that it replaces', () => {
    fc.assert(
      fc.property(fc.array(amendments, { maxLength: 4 }), (all) => {
        const first = footage({ category: 'arrest' })
        let current = first
        for (const amendment of all) {
          const plan = planAmendment(current, amendment, AUTHOR)
          if (!plan) continue
          const before = current.corrections.length
          current = { ...current, ...plan.change }
          const told = plan.acts.filter(({ action }) => /corrected|category/.test(action))
          expect(told).toHaveLength(current.corrections.length - before)
          expect(planAmendment(current, amendment, AUTHOR)).toBeNull()
        }
        for (const field of CORRECTABLE_FIELDS) {
          const standing = (one: typeof first) =>
            (field === 'recordedAt' ? one.clock.recordedAt : one[field]) ?? null
          const mine = current.corrections.filter((correction) => correction.field === field)
          expect(mine[0] ? mine[0].from : standing(current)).toBe(standing(first))
          expect(mine.at(-1)?.to ?? standing(current)).toBe(standing(current))
        }
      }),
    )
  })

  it('leaves alone what it does not name', () => {
    const one = footage()
    const plan = planAmendment(
      one,
      amendmentSchema.parse({ reason: 'as asked', marking: 'OFFICIAL' }),
      AUTHOR,
    )
    expect({ ...one, ...plan?.change }).toEqual({ ...one, marking: 'OFFICIAL' })
  })

  it('moves a recording only to a time at which it can have been made', () => {
    for (const recordedAt of ['1999-12-31T23:59:59.999Z', '2026-11-23T10:00:00.001Z']) {
      const amendment = amendmentSchema.parse({ reason: 'as asked', recordedAt })
      expect(() => planAmendment(footage(), amendment, AUTHOR)).toThrow(code('invalid-request'))
    }
  })

  it('is refused when the row of a recording would overflow', () => {
    let one = footage()
    const turn = (unit: string) => amendmentSchema.parse({ reason: 'x'.repeat(200), unit })
    for (let step = 0; step < 30; step += 1) {
      one = { ...one, ...planAmendment(one, turn(`unit-${step}`), AUTHOR)?.change }
    }
    expect(() => planAmendment(one, turn('last'), AUTHOR)).toThrow(code('conflict'))
    // A string property of a table row holds 32 Ki characters.
    expect(JSON.stringify(one).length).toBeLessThan(16_000)
  })
})

describe('a version', () => {
  it('is named by exactly its own tag', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (edition, other) => {
        const check = () => requireCurrent({ edition }, footageEtag({ edition: other }))
        if (edition === other) expect(check).not.toThrow()
        else expect(check).toThrow(code('precondition-failed'))
      }),
    )
    expect(() => requireCurrent({ edition: 1 }, '"rev-0", "rev-1"')).not.toThrow()
    expect(() => requireCurrent({ edition: 1 }, null)).toThrow(code('precondition-required'))
    expect(() => requireCurrent({ edition: 1 }, '*')).toThrow(code('precondition-failed'))
  })
})

describe('a reference', () => {
  it('is linked once, and takes its case mark with it', () => {
    const linked = { ...footage(), ...planLink(footage(), CASE)?.change }
    expect(planLink(linked, CASE)).toBeNull()
    const review = {
      standing: 'unused',
      reviewer: linked.officer,
      reviewedOn: '2026-11-23',
    } as const
    const marked = {
      ...linked,
      ...planCaseMark(linked, CASE.value, review, AUTHOR).change,
    }
    expect(marked.cases).toHaveLength(1)
    const { acts, change } = planUnlink(marked, CASE)
    expect(change).toEqual({ references: [], cases: [] })
    expect(acts[0]?.detail).toMatchObject({ wasMarked: 'unused' })
    expect(() => planUnlink(footage(), CASE)).toThrow(code('not-found'))
    expect(() => planCaseMark(footage(), CASE.value, review, AUTHOR)).toThrow(code('conflict'))
  })
})

describe('a grant', () => {
  const until = '2026-11-24T12:00:00.000Z'

  it('replaces what the person had, and clears away what has ended', () => {
    const grants = [
      { oid: OID, level: 'original', until } as const,
      { oid: BY, level: 'view', until: AUTHOR.at } as const,
    ]
    const { change } = planGrant({ grants }, OID, { level: 'view', until }, AUTHOR)
    expect(change.grants).toEqual([{ oid: OID, level: 'view', until }])
    expect(planRevocation({ grants }, OID).change.grants).toEqual([grants[1]])
    expect(() => planRevocation({ grants: [] }, OID)).toThrow(code('not-found'))
  })

  it('is not one’s own to give, not without an end, not without number', () => {
    const give = (oid: typeof OID, end: string) => () =>
      planGrant({ grants: [] }, oid, { level: 'view', until: end }, AUTHOR)
    expect(give(BY, until)).toThrow(code('forbidden'))
    expect(give(OID, AUTHOR.at)).toThrow(code('invalid-request'))
    expect(give(OID, '2028-01-01T00:00:00.000Z')).toThrow(code('invalid-request'))
    const full = Array.from({ length: 30 }, () => ({ oid: OID, level: 'view', until }) as const)
    expect(() => withGrant(full, { oid: BY, level: 'view', until }, AUTHOR.at)).toThrow(
      code('conflict'),
    )
  })
})

describe('holds', () => {
  it('keep a recording from disposal until the last is released, whatever the rule', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'))
    const later = new Date('2126-11-23T12:00:00.000Z')
    fc.assert(
      fc.property(names, fc.func(fc.nat()), (all, order) => {
        let one = footage({ state: 'ready' })
        for (const name of all) one = { ...one, ...planHold(one, name, AUTHOR).change }
        for (const name of all.toSorted((a, b) => order(a) - order(b))) {
          expect(disposalOf(one, later, 'erasure-order')).toMatchObject({ because: 'held' })
          one = { ...one, ...planHoldRelease(one, name).change }
        }
        expect(disposalOf(one, later)).toMatchObject({ disposable: true })
      }),
    )
    expect(() => planHoldRelease(footage(), 'none')).toThrow(code('not-found'))
  })

  it('of the same name are one', () => {
    const held = { ...footage(), ...planHold(footage(), 'iopc', AUTHOR).change }
    const again = planHold(held, 'iopc', { ...AUTHOR, reason: 'still' }).change.holds
    expect(again).toEqual([{ name: 'iopc', ...AUTHOR, reason: 'still' }])
  })
})
