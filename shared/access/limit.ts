import type { Oid } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { LimitName } from './rate-limits.ts'

/**
 * Spends one call of a caller's limit. This comes before anything of the request is looked at but
 * who makes it, so a refusal is the same whatever there is and whatever they may see of it. It shows
 * in the report of unusual access. Whoever tries one recording after the other shows there for that,
 * long before a limit ends it.
 * @param actor null: nobody is named, and all such callers share one allowance
 * @throws BluelampError `too-many-requests` with the time after which there is a call again
 */
export async function spendAllowance(
  { allowances, activity }: Services,
  actor: Oid | null,
  name: LimitName,
): Promise<void> {
  const allowance = await allowances.spend(actor, name)
  if (allowance.allowed) return
  if (actor) {
    await activity.note({ actor, kind: 'limited', footageId: name, role: null, link: null })
  }
  const { retryAfterMs } = allowance
  const seconds = Math.ceil(retryAfterMs / 1000)
  throw new BluelampError('too-many-requests', `Too many calls. Try again in ${seconds} s.`, {
    retryAfterMs,
  })
}
