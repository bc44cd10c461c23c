import { basisOf, type Decision, decide } from '../clearance/decide.ts'
import type { Action } from '../clearance/roles.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { isDisposed } from '../footage/state.ts'
import type { Services } from '../services.ts'
import type { Visitor } from './visitor.ts'

/** A recording that a visitor may use, and the role and tie that open it. */
export type Admission = { footage: Footage; basis: string }

/** Why a visitor is not let to a recording: by rule, or because there is none (any more). */
export type Refusal = Extract<Decision, { allowed: false }>['reason'] | 'missing' | 'disposed'

/**
 * Lets a visitor to a recording, decided on the truth as it is now. Refused and missing are the
 * same to the caller, and cost the same; which it was stands in the log of attempts.
 * What was disposed of is gone for those who could have listed it; its trail stays with those who
 * read trails; all others find nothing there, as before.
 * @param action what they would do, or how that follows from the recording (null: there is none)
 * @throws BluelampError `not-found`; `gone`
 */
export async function admit(
  services: Services,
  visitor: Visitor,
  action: Action | ((footage: Footage | null) => Action),
  id: FootageId,
): Promise<Admission> {
  const footage = await services.catalogue.find(id)
  const asked = typeof action === 'string' ? action : action(footage)
  const judged = await judge(services, visitor, asked, id, footage)
  if ('refusal' in judged) throw nothingHere()
  return judged
}

/**
 * As admit, on a recording that was read already (null: there is none), with the refusal told.
 * @throws BluelampError `gone`
 */
export async function judge(
  { attempts, now }: Services,
  { principal, clientAddress }: Visitor,
  action: Action,
  id: FootageId,
  footage: Footage | null,
): Promise<Admission | { refusal: Refusal }> {
  const decision = footage && decide(principal, action, footage, now())
  const disposed = footage !== null && isDisposed(footage.state)
  if (footage && decision?.allowed && (!disposed || OUTLASTING.includes(action))) {
    return { footage, basis: basisOf(decision) }
  }
  if (disposed && decide(principal, 'list', footage, now()).allowed) throw disposedOf(footage)
  const refused = decision && !decision.allowed ? decision.reason : 'missing'
  const refusal = disposed ? 'disposed' : refused
  await attempts.note({ actor: principal.oid, action, footageId: id, refusal, clientAddress })
  return { refusal }
}

/** What is done with the audit trail of a recording, which outlasts it. */
export const OUTLASTING: readonly Action[] = ['read-audit', 'verify']

/** The answer to those who could have listed a recording that is no more. */
export function disposedOf({ disposal }: Footage): BluelampError {
  const { rule = 'unknown', begunAt = '' } = disposal ?? {}
  return new BluelampError('gone', `It was disposed of on ${begunAt.slice(0, 10)} under ${rule}.`, {
    facts: { rule, disposedAt: begunAt },
  })
}
