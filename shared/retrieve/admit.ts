import { type Decision, decide } from '../clearance/decide.ts'
import type { Principal } from '../clearance/person.ts'
import type { Action } from '../clearance/roles.ts'
import { nothingHere } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'

/** Who asks, and from where. */
export type Visitor = { principal: Principal; clientAddress: string | null }

/** A recording that a visitor may use, and the role and tie that open it. */
export type Admission = { footage: Footage; basis: string }

/**
 * Lets a visitor to a recording, decided on the truth as it is now. Refused and missing are the
 * same to the caller, and cost the same; which it was stands in the log of attempts.
 * @throws BluelampError `not-found`
 */
export async function admit(
  { catalogue, attempts, now }: Services,
  { principal, clientAddress }: Visitor,
  action: Action,
  id: FootageId,
): Promise<Admission> {
  const footage = await catalogue.find(id)
  const decision: Decision | null = footage && decide(principal, action, footage, now())
  if (footage && decision?.allowed) {
    return { footage, basis: `${decision.role}/${decision.link}` }
  }
  await attempts.note({
    actor: principal.oid,
    action,
    footageId: id,
    refusal: decision && !decision.allowed ? decision.reason : 'missing',
    clientAddress,
  })
  throw nothingHere()
}
