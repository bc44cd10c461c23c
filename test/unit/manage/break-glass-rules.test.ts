import { v7 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { officerSchema, oidSchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import { isAccessOpen, judgeApproval, mayReview } from '../../../shared/manage/break-glass-rules.ts'
import { asRequesterSees } from '../../../shared/manage/own-break-glass.ts'
import type { BreakGlassRequest } from '../../../shared/records/break-glass.ts'

const party = (digit: number) => ({
  oid: oidSchema.parse(`0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a0${digit}`),
  officer: officerSchema.parse(`P10000${digit}`),
})
const [ASKING, APPROVING, OTHER] = [party(1), party(2), party(3)]
const NOW = new Date('2026-11-23T12:30:00.000Z')
const REQUEST: BreakGlassRequest = {
  schemaVersion: 1,
  request: v7(),
  footageId: newFootageId(),
  requester: ASKING,
  reason: 'risk to life',
  askedAt: '2026-11-23T12:00:00.000Z',
  approveBefore: '2026-11-23T13:00:00.000Z',
}
const APPROVED: BreakGlassRequest = {
  ...REQUEST,
  approval: {
    approver: APPROVING,
    at: '2026-11-23T12:10:00.000Z',
    until: '2026-11-23T16:10:00.000Z',
    reviewBefore: '2026-11-26T12:10:00.000Z',
  },
}

const REFUSED: BreakGlassRequest = {
  ...REQUEST,
  refusal: {
    approver: APPROVING,
    at: '2026-11-23T12:10:00.000Z',
    reason: 'the unit has it',
    tellRequester: false,
  },
}
const ENDED: BreakGlassRequest = {
  ...APPROVED,
  ended: {
    by: OTHER.oid,
    at: '2026-11-23T12:20:00.000Z',
    because: 'revoked',
    reason: 'found elsewhere',
  },
}

describe('an approval', () => {
  it.each([
    ['approve', REQUEST, APPROVING, NOW],
    ['approve', REQUEST, APPROVING, new Date('2026-11-23T12:59:59.999Z')],
    ['late', REQUEST, APPROVING, new Date('2026-11-23T13:00:00.000Z')],
    ['own', REQUEST, ASKING, NOW],
    ['own', REQUEST, { ...ASKING, oid: OTHER.oid }, NOW],
    ['own', REQUEST, { ...ASKING, officer: OTHER.officer }, NOW],
    ['own', APPROVED, ASKING, NOW],
    ['again', APPROVED, APPROVING, new Date('2026-11-24T00:00:00.000Z')],
    ['settled', APPROVED, OTHER, NOW],
    ['refused', REFUSED, APPROVING, NOW],
    ['refused', REFUSED, OTHER, NOW],
    ['ended', ENDED, APPROVING, NOW],
    ['ended', ENDED, OTHER, NOW],
  ] as const)('comes to "%s"', (verdict, request, approver, now) => {
    expect(judgeApproval(request, approver, now)).toBe(verdict)
  })
})

it('is reviewed by someone who had no part in it', () => {
  expect(mayReview(APPROVED, OTHER)).toBe(true)
  for (const involved of [ASKING, APPROVING, { ...APPROVING, oid: OTHER.oid }]) {
    expect(mayReview(APPROVED, involved)).toBe(false)
  }
})

it('opens the recording from its approval until its end, and not after it was ended', () => {
  expect(isAccessOpen(APPROVED, NOW)).toBe(true)
  expect(isAccessOpen(APPROVED, new Date('2026-11-23T16:09:59.999Z'))).toBe(true)
  expect(isAccessOpen(APPROVED, new Date('2026-11-23T16:10:00.000Z'))).toBe(false)
  for (const request of [REQUEST, REFUSED, ENDED]) expect(isAccessOpen(request, NOW)).toBe(false)
})

describe('whoever asked', () => {
  const OWN = {
    schemaVersion: 1,
    request: REQUEST.request,
    footageId: REQUEST.footageId,
    reason: REQUEST.reason,
    askedAt: REQUEST.askedAt,
    approveBefore: REQUEST.approveBefore,
  } as const
  const LATER = new Date('2026-11-23T17:00:00.000Z')
  const TOLD = { ...REFUSED, refusal: { ...REFUSED.refusal, tellRequester: true } } as const
  const REVIEWED = {
    ...ENDED,
    review: { reviewer: OTHER.oid, at: REQUEST.askedAt, outcome: 'not-justified', note: 'curious' },
  } as const

  it.each([
    [{ state: 'asked' }, REQUEST, NOW],
    [{ state: 'approved', until: '2026-11-23T16:10:00.000Z' }, APPROVED, NOW],
    [{ state: 'over', until: '2026-11-23T16:10:00.000Z' }, APPROVED, LATER],
    [{ state: 'over', until: '2026-11-23T12:20:00.000Z' }, ENDED, NOW],
    [{ state: 'reviewed', outcome: 'not-justified' }, REVIEWED, LATER],
    [{ state: 'refused', refusedBecause: 'the unit has it' }, TOLD, NOW],
  ] as const)('reads %j', (expected, known, now) => {
    expect(asRequesterSees(OWN, known as BreakGlassRequest, now)).toMatchObject(expected)
  })

  it.each([NOW, LATER])('sees no difference between what there is and what there is not', (now) => {
    const missing = asRequesterSees(OWN, null, now)
    expect(missing.state).toBe(now === NOW ? 'asked' : 'lapsed')
    for (const known of [REQUEST, REFUSED]) {
      expect(asRequesterSees(OWN, known, now)).toEqual(missing)
    }
  })
})
