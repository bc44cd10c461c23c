import { judge } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import {
  type AuditEntry,
  type AuditedAction,
  type WithheldEntry,
  withheld,
} from '../audit/chain.ts'
import type { Action } from '../clearance/roles.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import type { TrailForm } from '../records/evidence-package.ts'
import type { Services } from '../services.ts'

/** What was done to the footage and to what is on record of it, rather than who looked at it. */
const CONCERNS_FOOTAGE: readonly AuditedAction[] = [
  'footage-secured',
  'footage-mismatched',
  'footage-sent-again',
  'quarantine-released',
  'metadata-corrected',
  'entry-missing',
]

/** The entries of a trail as a package has them. Whatever is withheld, the chain can be proven. */
export function entriesIn(
  form: TrailForm,
  entries: readonly AuditEntry[],
  packageKey: string,
): (AuditEntry | WithheldEntry)[] {
  if (form === 'whole') return [...entries]
  return entries.map((entry) =>
    CONCERNS_FOOTAGE.includes(entry.action) || entry.detail.package === packageKey
      ? entry
      : withheld(entry),
  )
}

/** What one must be allowed to do to a recording to have a package of it with that trail. */
export const actionsFor = (form: TrailForm): Action[] =>
  form === 'whole' ? ['take-original', 'verify'] : ['take-original']

/**
 * Refuses the whole trail to those who may take the recording, but not verify its trail.
 * @throws BluelampError `forbidden`
 */
export async function refuseWholeTrail(
  services: Services,
  visitor: Visitor,
  footage: Footage,
  form: TrailForm,
): Promise<void> {
  if (form === 'continuity') return
  const judged = await judge(services, visitor, 'verify', footage.id, footage)
  if (!('refusal' in judged)) return
  throw new BluelampError(
    'forbidden',
    'It holds the whole audit trail, which is for those who may verify it. Ask for `continuity`.',
  )
}
