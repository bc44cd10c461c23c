import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import type { AuditAct } from '../audit/chain.ts'
import { isServable } from '../clearance/marking.ts'
import type { Oid } from '../clearance/person.ts'
import type { Action } from '../clearance/roles.ts'
import { BluelampError } from '../errors.ts'
import { laneOf } from '../events/lane.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { isSecured } from '../footage/state.ts'
import { isolate } from '../render/isolate.ts'
import type { Services } from '../services.ts'
import type { FootageChange } from '../storage/catalogue.ts'
import { requireCurrent, staleVersion } from './etag.ts'

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

/** What a change is going to do, and the entries that say so beforehand. */
export type Plan = { acts: Pick<AuditAct, 'action' | 'detail'>[]; change: FootageChange }

/**
 * Changes a recording: decided, compared with the version that the caller has read, written into
 * its trail, and only then done. A change that another writer forestalls in the last moment is not
 * done, and a further entry says so.
 * @param plan changes nothing itself; null where there is nothing to change
 * @returns the truth after the change
 * @throws BluelampError `not-found` if refused or missing; `precondition-required` or
 *   `precondition-failed` for no or an old version; and what `plan` throws
 */
export async function changeFootage(
  services: Services,
  { visitor, id, ifMatch, reason }: ChangeRequest,
  action: Action,
  plan: (footage: Footage, authorship: Authorship) => Plan | null | Promise<Plan | null>,
): Promise<Footage> {
  const { footage, basis } = await admit(services, visitor, action, id)
  requireCurrent(footage, ifMatch)
  const { oid: actor } = visitor.principal
  const planned = await plan(footage, { by: actor, at: services.now().toISOString(), reason })
  if (!planned) return footage
  const record = (act: Pick<AuditAct, 'action' | 'detail'>) =>
    services.audit.append(id, {
      ...act,
      actor,
      basis,
      reason,
      clientAddress: visitor.clientAddress,
    })
  const entries: number[] = []
  for (const act of planned.acts) entries.push((await record(act)).sequence)
  try {
    const changed = await services.catalogue.change(id, ({ revision }) => {
      if (revision !== footage.revision) throw staleVersion()
      return planned.change
    })
    await settle(services, footage, changed)
    return changed
  } catch (error) {
    if (error instanceof BluelampError && error.code === 'precondition-failed') {
      await record({ action: 'change-abandoned', detail: { entries: entries.join(' ') } })
    }
    throw error
  }
}

/**
 * What follows from a change that is done: isolation with its alert, rendering where that was a slip,
 * and the copy of the metadata beside the original. None of it undoes the change if it fails: the
 * sweep repeats the first two, and the next change writes the copy again.
 */
async function settle(services: Services, before: Footage, footage: Footage): Promise<void> {
  const { originals, queues, log } = services
  const { id } = footage
  try {
    await isolate(services, footage)
    if (!isServable(before.marking) && isServable(footage.marking) && footage.state === 'secured') {
      await queues.send('plan-renditions', { footageId: id, redrive: false }, laneOf(footage))
    }
    if (isSecured(footage.state)) await originals.putMetadata(id, footage)
  } catch (error) {
    const isolated = !isServable(footage.marking)
    const because = error instanceof Error ? error.message : String(error)
    log.error('a change is done, but not what follows', { footageId: id, isolated, because })
  }
}
