import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AUDITED_ACTIONS,
  type AuditEntry,
  type AuditedAction,
  auditEntrySchema,
  nextEntry,
  type WithheldEntry,
  withheld,
} from '../../../shared/audit/chain.ts'
import { chainLink, verifyChain } from '../../../shared/audit/verify-chain.ts'
import { oidSchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { digestOf, GENESIS } from '../../../shared/records/canonical.ts'

const ID = newFootageId()
const OID = oidSchema.parse('0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01')
const ACTIONS = Object.keys(AUDITED_ACTIONS) as AuditedAction[]

function chainOf(length: number, id = ID): AuditEntry[] {
  const entries: AuditEntry[] = []
  for (let index = 0; index < length; index += 1) {
    const action = ACTIONS[index % ACTIONS.length] ?? 'audit-read'
    const act = { action, actor: OID, reason: `reason ${index}`, detail: { chunk: index } }
    entries.push(nextEntry(ID, entries.at(-1) ?? null, act, new Date(1e12 + index)))
  }
  return entries.map((entry) => ({ ...entry, footageId: id }))
}
const whole = chainOf(6)
const verdictOn = (entries: readonly (AuditEntry | WithheldEntry)[], id = ID) =>
  verifyChain(entries.map((entry) => chainLink(id, entry)))

it('begins with an entry that follows nothing', () => {
  expect(whole[0]).toMatchObject({ sequence: 1, previous: GENESIS })
  expect(verdictOn([])).toEqual({ whole: true, entries: 0, head: GENESIS })
})

it('is whole as it was written, and after a journey through JSON', () => {
  const verdict = { whole: true, entries: 6, head: whole.at(-1)?.hash }
  expect(verdictOn(whole)).toEqual(verdict)
  const stored = whole.map((entry) => auditEntrySchema.parse(JSON.parse(JSON.stringify(entry))))
  expect(verdictOn(stored)).toEqual(verdict)
})

it('does not depend on the order of fields', () => {
  const turned = whole.map(
    (entry) => Object.fromEntries(Object.entries(entry).toReversed()) as AuditEntry,
  )
  expect(verdictOn(turned).whole).toBe(true)
})

it('holds entries that were written before purposes were asked for', () => {
  const {
    purpose: _,
    hash: __,
    ...before
  } = nextEntry(ID, null, { action: 'audit-read', actor: OID }, new Date(0))
  const { actor, basis, reason, clientAddress, detail, salt } = before
  const particulars = digestOf({ actor, basis, reason, clientAddress, detail, salt })
  const { schemaVersion, footageId, sequence, at, action, processing, previous } = before
  const place = { schemaVersion, footageId, sequence, at, action, processing, previous }
  const entry = { ...before, hash: digestOf({ ...place, particulars }) }
  const read = auditEntrySchema.parse(JSON.parse(JSON.stringify(entry)))
  expect(verdictOn([read])).toMatchObject({ whole: true, entries: 1 })
})

describe('found is', () => {
  const at = (index: number): AuditEntry => {
    const entry = whole[index]
    if (!entry) throw new Error(`The chain has no entry ${index}.`)
    return entry
  }
  const edits: Partial<AuditEntry>[] = [
    { action: 'audit-read' },
    { processing: 'erasure' },
    { actor: 'service' },
    { at: '2026-01-01T00:00:00.000Z' },
    { basis: 'Auditor/remit' },
    { reason: null },
    { purpose: 'training' },
    { clientAddress: '192.0.2.1' },
    { detail: {} },
    { salt: 'f'.repeat(32) },
    { hash: 'f'.repeat(64) },
  ]

  it.each(edits)('an edit: %j', (edit) => {
    expect(verdictOn(whole.with(2, { ...at(2), ...edit }))).toEqual({
      whole: false,
      entries: 6,
      brokenAt: 3,
      because: 'hash',
    })
  })

  it('an edit whose hash was computed anew: the next entry does not follow', () => {
    const forged = nextEntry(ID, at(1), { action: 'audit-read', actor: 'service' }, new Date(0))
    expect(verdictOn(whole.with(2, forged))).toMatchObject({ brokenAt: 4, because: 'previous' })
  })

  it('any entry that is missing before the last', () => {
    for (let index = 0; index < whole.length - 1; index += 1) {
      expect(verdictOn(whole.toSpliced(index, 1))).toMatchObject({
        whole: false,
        brokenAt: index + 1,
        because: 'sequence',
      })
    }
  })

  it('any entry that is missing though all were numbered anew', () => {
    const renumbered = whole
      .toSpliced(2, 1)
      .map((entry, index) => ({ ...entry, sequence: index + 1 }))
    expect(verdictOn(renumbered)).toMatchObject({ brokenAt: 3, because: 'previous' })
  })

  it('any two entries that changed places', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5 }), fc.nat({ max: 5 }), (one, other) => {
        const turned = whole.with(one, at(other)).with(other, at(one))
        expect(verdictOn(turned).whole).toBe(one === other)
      }),
    )
  })

  it('an entry that was put in between, or twice', () => {
    for (let index = 0; index < whole.length; index += 1) {
      expect(verdictOn(whole.toSpliced(index, 0, at(index))).whole).toBe(false)
    }
  })

  it('a whole chain that is of another recording', () => {
    const other = newFootageId()
    const others = [nextEntry(other, null, { action: 'audit-read', actor: OID }, new Date(0))]
    expect(verdictOn(others, other).whole).toBe(true)
    expect(verdictOn(others)).toMatchObject({ brokenAt: 1, because: 'footage' })
  })

  it('a chain that was made out to be of another recording', () => {
    const other = newFootageId()
    expect(verdictOn(chainOf(3, other), other)).toMatchObject({ brokenAt: 1, because: 'hash' })
  })
})

describe('with particulars withheld', () => {
  const disclosed = (kept: readonly number[]) =>
    whole.map((entry, index) => (kept.includes(index) ? entry : withheld(entry)))

  it('is as whole as it was, whichever they are', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5]), (kept) => {
        expect(verdictOn(disclosed(kept))).toEqual(verdictOn(whole))
      }),
    )
  })

  it('says nothing of who and why, and the same acts look different', () => {
    const act = { action: 'audit-read', actor: OID, reason: 'the Hale case' } as const
    const [one, other] = [1, 2].map(() => withheld(nextEntry(ID, null, act, new Date(0))))
    expect(JSON.stringify(one)).not.toMatch(/Hale|0b8f6f5e/)
    expect(Object.keys(one ?? {})).not.toContain('salt')
    expect(one?.particulars).not.toBe(other?.particulars)
  })

  it.each<Partial<WithheldEntry>>([
    { action: 'audit-read' },
    { at: '2026-01-01T00:00:00.000Z' },
    { particulars: 'f'.repeat(64) },
    { hash: 'f'.repeat(64) },
  ])('is found altered: %j', (edit) => {
    const trail = disclosed([0, 5])
    const third = trail[2]
    if (!third || !('particulars' in third)) throw new Error('It is not withheld.')
    expect(verdictOn(trail.with(2, { ...third, ...edit }))).toMatchObject({
      brokenAt: 3,
      because: 'hash',
    })
  })

  it('is found shortened by any that is withheld', () => {
    expect(verdictOn(disclosed([0, 5]).toSpliced(2, 1))).toMatchObject({ brokenAt: 3 })
  })
})

it('gives each entry the kind of processing of its action', () => {
  for (const action of ACTIONS) {
    const entry = nextEntry(ID, null, { action, actor: 'service' }, new Date(0))
    expect(entry.processing).toBe(AUDITED_ACTIONS[action])
    expect(auditEntrySchema.parse(entry)).toEqual(entry)
  }
})
