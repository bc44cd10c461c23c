import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import type { PlannedChange } from '../audit/planned-change.ts'
import type { Oid } from '../clearance/person.ts'
import type { Action } from '../clearance/roles.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { carryOut } from './carry-out.ts'
import { requireCurrent } from './etag.ts'

/** A change of one recording, as its caller asks for it. */
export type ChangeRequest = {
  visitor: Visitor
  id: FootageId
  /** The If-Match header: the version that the change rests on. */
  ifMatch: string | null
  reason: string
}

/** Who changes a recording, why and when: what a change keeps of its author. */
export type Authorship = { by: Oid; at: string; reason: string }

/**
 * Changes a recording: decided, compared with the version that the caller has read, written into
 * its trail, and only then done.
 * @param plan changes nothing itself; null where there is nothing to change
 * @returns the truth after the change
 * @throws BluelampError `not-found` if refused or missing; `precondition-required` or
 *   `precondition-failed` for no or an old version; and what `plan` throws
 */
export async function changeFootage(
  services: Services,
  { visitor, id, ifMatch, reason }: ChangeRequest,
  action: Action,
  plan: (
    footage: Footage,
    authorship: Authorship,
  ) => PlannedChange | null | Promise<PlannedChange | null>,
): Promise<Footage> {
  const { footage, basis } = await admit(services, visitor, action, id)
  requireCurrent(footage, ifMatch)
  const { oid: actor } = visitor.principal
  const planned = await plan(footage, { by: actor, at: services.now().toISOString(), reason })
  if (!planned) return footage
  return carryOut(services, footage, planned, {
    actor,
    basis,
    reason,
    clientAddress: visitor.clientAddress,
  })
}
