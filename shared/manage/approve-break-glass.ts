import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import {
  type BreakGlassRequest,
  breakGlassRequestSchema,
  requestKeySchema,
} from '../records/break-glass.ts'
import type { Services } from '../services.ts'
import {
  type ApprovalVerdict,
  after,
  BREAK_GLASS_LIFE_MS,
  judgeApproval,
  partyOf,
  REVIEW_WINDOW_MS,
} from './break-glass-rules.ts'
import { takeAccess } from './end-break-glass.ts'
import { withGrant } from './grants.ts'
import { tellBreakGlass } from './tell-break-glass.ts'

/** What whoever approved it is told: how long the access lasts. */
export const approvedSchema = breakGlassRequestSchema.shape.approval
  .unwrap()
  .extend({ request: requestKeySchema, state: z.literal('approved') })

/** Why an approval does not count. */
export const REFUSALS: Record<
  Exclude<ApprovalVerdict, 'approve' | 'again'>,
  () => BluelampError
> = {
  own: () => new BluelampError('forbidden', 'A second person must approve what you asked for.'),
  late: () => new BluelampError('conflict', 'The time to approve it is over. Ask for it again.'),
  refused: () => new BluelampError('conflict', 'It was refused. It can be asked for again.'),
  ended: () => new BluelampError('conflict', 'The access was ended. It can be asked for again.'),
  settled: () => new BluelampError('conflict', 'Someone else has decided on it already.'),
}

/**
 * Approves what another person asked for: it is recorded and put on the list of what is to be
 * reviewed, and then they may view the recording for a limited time. Approving again finishes what
 * was cut off, and gives no longer time.
 * @throws BluelampError `not-found` if refused or missing; `forbidden` for one's own request;
 *   `conflict` if it is too late, settled, refused or ended, or the recording carries too many grants
 */
export async function approveBreakGlass(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  key: string,
): Promise<NonNullable<BreakGlassRequest['approval']>> {
  const { breakGlass, audit, catalogue } = services
  const { footage, basis } = await admit(services, visitor, 'approve-break-glass', id)
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
  const grant = { oid, level: 'view', until } as const
  // What there is no room for is refused before anything says that it was approved.
  if (verdict === 'approve') withGrant(footage.grants, grant, approval.at)
  if (verdict === 'approve' && !(await breakGlass.replace(approved, stored.etag))) {
    throw REFUSALS.settled()
  }
  // Off the list nothing is left to be finished: what was taken away since is not given again.
  if (verdict === 'again' && !(await breakGlass.isPending(key))) return approval
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
    if (grants.some((known) => known.oid === oid && known.until === until)) return null
    return { grants: withGrant(grants, grant, approval.at) }
  })
  // Whoever ended it meanwhile may have found no grant yet to take away.
  const ended = (await breakGlass.find(id, key))?.value.ended
  if (ended) {
    await takeAccess(services, { ...approved, ended })
    throw REFUSALS.ended()
  }
  await breakGlass.removePending(key)
  await tellBreakGlass(services, 'Bluelamp.BreakGlassApproved', id)
  return approval
}
