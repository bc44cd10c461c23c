import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import { type BreakGlassRequest, requestKeySchema } from '../records/break-glass.ts'
import { changeReasonSchema } from '../records/reason.ts'
import type { Services } from '../services.ts'
import { REFUSALS } from './approve-break-glass.ts'
import { isSame, judgeApproval, partyOf } from './break-glass-rules.ts'
import { tellBreakGlass } from './tell-break-glass.ts'

/** Why a request is refused, and whether whoever asked is to know. */
export const refusalSchema = z.strictObject({
  reason: changeReasonSchema,
  tellRequester: z
    .boolean()
    .default(false)
    .describe(
      'true: whoever asked reads that it was refused, and why, and so that there is such a recording; false: to them it lapses, as if there were none',
    ),
})

/** What whoever refused it is told. */
export const refusedSchema = z.object({
  request: requestKeySchema,
  state: z.literal('refused'),
  at: z.iso.datetime(),
})

/**
 * Refuses what another person asked for: it is recorded, and leaves the list of what is to be
 * approved. Refusing again finishes what was cut off.
 * @throws BluelampError `not-found` if refused or missing; `forbidden` for one's own request;
 *   `conflict` if it is too late, or approved, or someone else has refused it
 */
export async function refuseBreakGlass(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  key: string,
  { reason, tellRequester }: z.infer<typeof refusalSchema>,
): Promise<NonNullable<BreakGlassRequest['refusal']>> {
  const { breakGlass, audit } = services
  const { basis } = await admit(services, visitor, 'approve-break-glass', id)
  const stored = await breakGlass.find(id, key)
  if (!stored) throw nothingHere()
  const now = services.now()
  const approver = partyOf(visitor)
  const verdict = judgeApproval(stored.value, approver, now)
  const { refusal: before } = stored.value
  if (before && !isSame(before.approver, approver)) throw REFUSALS.refused()
  if (verdict === 'again') {
    throw new BluelampError('conflict', 'You have approved it. Revoke the access instead.')
  }
  if (verdict !== 'approve' && verdict !== 'refused') throw REFUSALS[verdict]()
  const refusal = before ?? { approver, at: now.toISOString(), reason, tellRequester }
  if (!before && !(await breakGlass.replace({ ...stored.value, refusal }, stored.etag))) {
    throw new BluelampError('conflict', 'Someone else has just decided on it.')
  }
  await audit.appendOnce(id, {
    action: 'break-glass-refused',
    actor: approver.oid,
    basis,
    reason: refusal.reason,
    clientAddress: visitor.clientAddress,
    detail: { request: key, oid: stored.value.requester.oid },
  })
  await breakGlass.removePending(key)
  await tellBreakGlass(services, 'Bluelamp.BreakGlassRefused', id)
  return refusal
}
