import { v7 } from 'uuid'
import { describe, expect, it } from 'vitest'
import { officerSchema, oidSchema } from '../../../shared/clearance/person.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'
import {
  type BreakGlassRequest,
  judgeApproval,
  mayReview,
} from '../../../shared/manage/break-glass-rules.ts'

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
