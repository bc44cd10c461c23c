import { z } from 'zod'
import type { PlannedChange } from '../audit/planned-change.ts'
import { officerSchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { CASE_STANDINGS } from '../footage/case-marks.ts'
import type { Footage } from '../footage/footage.ts'
import { changeReasonSchema } from '../records/reason.ts'
import type { Authorship } from './change.ts'

/** Cases that one recording is marked for. */
const CASES_LIMIT = 20

/** How a recording stands in a case, and who found so when. */
export const caseMarkRequestSchema = z.strictObject({
  reason: changeReasonSchema,
  standing: z.enum(CASE_STANDINGS).describe('what it is in the case'),
  reviewer: officerSchema.describe('the warrant or staff number of who reviewed it'),
  reviewedOn: z.iso
    .date()
    .meta({ description: 'the day of the review, not in the future', examples: ['2026-11-02'] }),
})
export type CaseMarkRequest = z.infer<typeof caseMarkRequestSchema>

/**
 * Marks a recording as evidence, unused or sensitive unused material of a case.
 * @throws BluelampError `conflict` if it is not linked to that case, or over the limit;
 *   `invalid-request` for a review in the future
 */
export function planCaseMark(
  { references, cases }: Footage,
  urn: string,
  { standing, reviewer, reviewedOn }: Omit<CaseMarkRequest, 'reason'>,
  { by, at }: Authorship,
): PlannedChange {
  if (!references.some(({ type, value }) => type === 'case-urn' && value === urn)) {
    throw new BluelampError('conflict', 'The recording is not linked to that case. Link it first.')
  }
  if (reviewedOn > at.slice(0, 'yyyy-mm-dd'.length)) {
    throw new BluelampError('invalid-request', 'Check the body: reviewedOn lies in the future.', {
      errors: [{ field: 'reviewedOn', message: 'must not lie in the future' }],
    })
  }
  const others = cases.filter((one) => one.urn !== urn)
  if (others.length >= CASES_LIMIT) {
    throw new BluelampError('conflict', `A recording is marked for at most ${CASES_LIMIT} cases.`)
  }
  return {
    acts: [{ action: 'case-marked', detail: { urn, standing, reviewer, reviewedOn } }],
    change: { cases: [...others, { urn, standing, reviewer, reviewedOn, by, at }] },
  }
}
