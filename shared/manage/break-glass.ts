import { v7 } from 'uuid'
import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageEvent } from '../events/domain-events.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import {
  APPROVAL_WINDOW_MS,
  type ApprovalVerdict,
  after,
  BREAK_GLASS_LIFE_MS,
  type BreakGlassRequest,
  breakGlassRequestSchema,
  judgeApproval,
  mayReview,
  type Party,
  REVIEW_OUTCOMES,
  REVIEW_WINDOW_MS,
} from './break-glass-rules.ts'
import { withGrant } from './grants.ts'
import { changeReasonSchema } from './reason.ts'

/** What a reviewer finds. */
export const reviewSchema = z.strictObject({
  outcome: z.enum(REVIEW_OUTCOMES),
  note: changeReasonSchema,
})

/** What whoever asked for access is told: until when it must be approved. */
export const askedSchema = breakGlassRequestSchema
  .pick({ request: true, approveBefore: true })
  .extend({ state: z.literal('pending') })

/** What whoever approved it is told: how long the access lasts. */
export const approvedSchema = breakGlassRequestSchema.shape.approval
  .unwrap()
  .extend({ request: z.uuidv7(), state: z.literal('approved') })

/** What a reviewer is told. */
export const reviewedSchema = breakGlassRequestSchema.shape.review
  .unwrap()
  .extend({ request: z.uuidv7() })

/** An approved request that waits for its review. */
export const dueReviewSchema = breakGlassRequestSchema.omit({ schemaVersion: true })
export type DueReview = z.infer<typeof dueReviewSchema>

/**
 * Asks for access in an emergency. It gives nothing until a second person approves it.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function askBreakGlass(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  reason: string,
): Promise<BreakGlassRequest> {
  const { basis } = await admit(services, visitor, 'break-glass', id)
  const askedAt = services.now()
  const request: BreakGlassRequest = {
    schemaVersion: 1,
    request: v7(),
    footageId: id,
    requester: partyOf(visitor),
    reason,
    askedAt: askedAt.toISOString(),
    approveBefore: after(askedAt, APPROVAL_WINDOW_MS),
  }
  await services.audit.append(id, {
    action: 'break-glass-asked',
    actor: visitor.principal.oid,
    basis,
    reason,
    clientAddress: visitor.clientAddress,
    detail: { request: request.request, approveBefore: request.approveBefore },
  })
  await services.breakGlass.add(request)
  await tell(services, 'Bluelamp.BreakGlassAsked', id)
  return request
}

/** Why an approval does not count. */
const REFUSALS: Record<Exclude<ApprovalVerdict, 'approve' | 'again'>, () => BluelampError> = {
  own: () => new BluelampError('forbidden', 'A second person must approve what you asked for.'),
  late: () => new BluelampError('conflict', 'The time to approve it is over. Ask for it again.'),
  settled: () => new BluelampError('conflict', 'Someone else has approved it already.'),
}

/**
 * Approves what another person asked for: it is recorded and put on the list of what is to be
 * reviewed, and then they may view the recording for a limited time. Approving again finishes what
 * was cut off, and gives no longer time.
 * @throws BluelampError `not-found` if refused or missing; `forbidden` for one's own request;
 *   `conflict` if it is too late, or settled
 */
export async function approveBreakGlass(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  key: string,
): Promise<NonNullable<BreakGlassRequest['approval']>> {
  const { breakGlass, audit, catalogue } = services
  const { basis } = await admit(services, visitor, 'approve-break-glass', id)
  const stored = await breakGlass.find(id, key)
  if (!stored) throw nothingHere()
  const now = services.now()
  const approver = partyOf(visitor)
  const verdict = judgeApproval(stored.value, approver, now)
  if (verdict !== 'approve' && verdict !== 'again') throw REFUSALS[verdict]()
  const approval = stored.value.approval ?? {
    approver,
    at: now.toISOString(),
    until: after(now, BREAK_GLASS_LIFE_MS),
    reviewBefore: after(now, REVIEW_WINDOW_MS),
  }
  const approved = { ...stored.value, approval }
  const { oid } = approved.requester
  const { until } = approval
  if (verdict === 'approve' && !(await breakGlass.replace(approved, stored.etag))) {
    throw REFUSALS.settled()
  }
  await audit.appendOnce(id, {
    action: 'break-glass-approved',
    actor: approver.oid,
    basis,
    reason: approved.reason,
    clientAddress: visitor.clientAddress,
    detail: { request: key, oid, until, reviewBefore: approval.reviewBefore },
  })
  if (!approved.review) await breakGlass.addReview(approved)
  await catalogue.change(id, ({ grants }) => {
    if (grants.some((grant) => grant.oid === oid && grant.until === until)) return null
    return { grants: withGrant(grants, { oid, level: 'view', until }, approval.at) }
  })
  await tell(services, 'Bluelamp.BreakGlassApproved', id)
  return approval
}

/** Approved requests that nobody has reviewed yet, oldest first. */
export async function dueReviews({ breakGlass }: Services, limit = 100): Promise<DueReview[]> {
  const due: DueReview[] = []
  for await (const { footageId, request } of breakGlass.dueReviews()) {
    const found = await breakGlass.find(footageId, request)
    if (!found || found.value.review) continue
    const { schemaVersion: _, ...shown } = found.value
    due.push(shown)
    if (due.length === limit) break
  }
  return due
}

/**
 * Closes the review of a request.
 * @throws BluelampError `not-found` if none is due; `forbidden` to those who had a part in it;
 *   `conflict` if someone else closes it at the same time
 */
export async function reviewBreakGlass(
  { breakGlass, audit, now }: Services,
  visitor: Visitor,
  key: string,
  { outcome, note }: z.infer<typeof reviewSchema>,
): Promise<NonNullable<BreakGlassRequest['review']>> {
  const footageId = await breakGlass.findReview(key)
  const stored = footageId && (await breakGlass.find(footageId, key))
  if (!stored) throw new BluelampError('not-found', 'There is no such review to be made.')
  if (!mayReview(stored.value, partyOf(visitor))) {
    throw new BluelampError('forbidden', 'Who asked for it or approved it does not review it.')
  }
  const { oid } = visitor.principal
  const review = stored.value.review ?? { reviewer: oid, at: now().toISOString(), outcome, note }
  const reviewed = { ...stored.value, review }
  if (!stored.value.review && !(await breakGlass.replace(reviewed, stored.etag))) {
    throw new BluelampError('conflict', 'Someone else has just reviewed it.')
  }
  await audit.appendOnce(footageId, {
    action: 'break-glass-reviewed',
    actor: review.reviewer,
    reason: review.note,
    clientAddress: visitor.clientAddress,
    detail: { request: key, outcome: review.outcome },
  })
  await breakGlass.removeReview(key)
  return review
}

function partyOf({ principal: { oid, register } }: Visitor): Party {
  if (register) return { oid, officer: register.officer }
  throw new BluelampError('forbidden', 'The people register has no entry for you.')
}

/** An emergency does not wait for those who are to hear of it. */
async function tell(
  { events, log }: Services,
  type: FootageEvent['type'],
  footageId: FootageId,
): Promise<void> {
  try {
    await events.publish({ type, footageId })
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error)
    log.error('an event about broken glass was not published', { footageId, type, because })
  }
}
