import { z } from 'zod'
import { BluelampError } from '../errors.ts'
import { freeTextSchema } from '../footage/free-text.ts'

/** Why someone changes what is on record. Bounded, for some of it is kept in the recording's row. */
export const changeReasonSchema = freeTextSchema({ min: 3, max: 200 }).meta({
  description: 'why, for the record',
  examples: ['asked for by the officer in charge'],
})

/** A request that says nothing more than why. */
export const reasonOnlySchema = z.strictObject({ reason: changeReasonSchema })

/** Why a register is changed. Required where policy says so. */
export const registerReasonShape = {
  reason: changeReasonSchema
    .optional()
    .describe('why; must be given unless the policy of the service (REASON_REQUIRED) is otherwise'),
}

/**
 * The reason a caller gave, or a refusal if policy asks for one.
 * @param request what to say to those who gave none
 * @throws BluelampError `invalid-request`
 */
export function requireReason(
  policy: { reasonRequired: boolean },
  { reason }: { reason?: string | undefined },
  request: string,
): string | undefined {
  if (reason !== undefined || !policy.reasonRequired) return reason
  throw new BluelampError('invalid-request', request, {
    errors: [{ field: 'reason', message: 'required' }],
  })
}
