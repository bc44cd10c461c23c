import { z } from 'zod'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError } from '../errors.ts'
import {
  type BreakGlassRequest,
  breakGlassRequestSchema,
  REVIEW_OUTCOMES,
  requestKeySchema,
} from '../records/break-glass.ts'
import { changeReasonSchema } from '../records/reason.ts'
import type { Services } from '../services.ts'
import { mayReview, partyOf } from './break-glass-rules.ts'
import { endBreakGlass } from './end-break-glass.ts'

/** What a reviewer finds. */
export const reviewSchema = z.strictObject({
  outcome: z.enum(REVIEW_OUTCOMES),
  note: changeReasonSchema.meta({
    description: 'what the reviewer found',
    examples: ['the child was found by it'],
  }),
})

/** What a reviewer is told. */
export const reviewedSchema = breakGlassRequestSchema.shape.review
  .unwrap()
  .extend({ request: requestKeySchema })

/** An approved request that waits for its review. */
export const dueReviewSchema = breakGlassRequestSchema.omit({ schemaVersion: true })
export type DueReview = z.infer<typeof dueReviewSchema>

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
 * Closes the review of a request. What is left of an access that was not justified ends with it, at
 * once: its grant, and what is being viewed by it.
 * @throws BluelampError `not-found` if none is due; `forbidden` to those who had a part in it;
 *   `conflict` if someone else closes it at the same time
 */
export async function reviewBreakGlass(
  services: Services,
  visitor: Visitor,
  key: string,
  { outcome, note }: z.infer<typeof reviewSchema>,
): Promise<NonNullable<BreakGlassRequest['review']>> {
  const { breakGlass, audit, now } = services
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
  if (review.outcome === 'not-justified') {
    const end = { because: 'not-justified', reason: review.note } as const
    await endBreakGlass(services, visitor, stored.value, end)
  }
  await breakGlass.removeReview(key)
  return review
}
