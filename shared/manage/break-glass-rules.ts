import type { Visitor } from '../access/visitor.ts'
import { BluelampError } from '../errors.ts'
import type { BreakGlassRequest, Party } from '../records/break-glass.ts'

/** How long a second person has to approve. Later, the emergency is over: it is asked for again. */
export const APPROVAL_WINDOW_MS = 60 * 60_000
/** How long the access lasts that an approval gives. */
export const BREAK_GLASS_LIFE_MS = 4 * 60 * 60_000
/** How soon the review of an approved request is due. */
export const REVIEW_WINDOW_MS = 3 * 24 * 60 * 60_000

/** @throws BluelampError `forbidden` to those whom the people register does not know */
export function partyOf({ principal: { oid, register } }: Pick<Visitor, 'principal'>): Party {
  if (register) return { oid, officer: register.officer }
  throw new BluelampError('forbidden', 'The people register has no entry for you.')
}

/** A moment that lies that long after another. */
export const after = (at: Date, ms: number): string => new Date(at.getTime() + ms).toISOString()

/**
 * What an approval comes to.
 * `own`: nobody approves what they asked for, under whichever of their accounts · `late`: the time
 * to approve is over · `refused`: it was refused · `ended`: it was approved, and ended since ·
 * `settled`: someone else has approved it · `again`: this person has, and what follows may have been
 * cut off.
 */
export type ApprovalVerdict = 'approve' | 'again' | 'own' | 'late' | 'refused' | 'ended' | 'settled'

/** Whether a person may approve a request, now. */
export function judgeApproval(
  request: BreakGlassRequest,
  approver: Party,
  now: Date,
): ApprovalVerdict {
  const { requester, approval, refusal, ended, approveBefore } = request
  if (isSame(requester, approver)) return 'own'
  if (refusal) return 'refused'
  if (ended) return 'ended'
  if (approval) return isSame(approval.approver, approver) ? 'again' : 'settled'
  return now.getTime() < Date.parse(approveBefore) ? 'approve' : 'late'
}

/** Whether a request gives access now. */
export const isAccessOpen = ({ approval, ended }: BreakGlassRequest, now: Date): boolean =>
  approval !== undefined && !ended && now.getTime() < Date.parse(approval.until)

/** Whether a person had no part in a request, and so may review it. */
export const mayReview = ({ requester, approval }: BreakGlassRequest, reviewer: Party): boolean =>
  !isSame(requester, reviewer) && !(approval && isSame(approval.approver, reviewer))

/** Whether two are one person, under whichever of their accounts. */
export const isSame = (a: Party, b: Party): boolean => a.oid === b.oid || a.officer === b.officer
