import type { AuditAct } from '../audit/chain.ts'
import type { PlannedChange } from '../audit/planned-change.ts'
import { isServable } from '../clearance/marking.ts'
import { BluelampError, messageOf } from '../errors.ts'
import { laneOf } from '../events/lane.ts'
import type { Footage } from '../footage/footage.ts'
import { isSecured } from '../footage/state.ts'
import { isolate } from '../render/isolate.ts'
import type { Services } from '../services.ts'
import { staleVersion } from './etag.ts'

/**
 * Does what was planned on a recording as it was read: written into its trail first, and only then
 * done. A change that another writer forestalls in the last moment is not done, and a further entry
 * says so.
 * @returns the truth after the change
 * @throws BluelampError `precondition-failed` if the recording is another by now
 */
export async function carryOut(
  services: Services,
  footage: Footage,
  { acts, change }: PlannedChange,
  author: Omit<AuditAct, 'action' | 'detail'>,
): Promise<Footage> {
  const { id } = footage
  const record = (act: Pick<AuditAct, 'action' | 'detail'>) =>
    services.audit.append(id, { ...act, ...author })
  const entries: number[] = []
  for (const act of acts) entries.push((await record(act)).sequence)
  try {
    const changed = await services.catalogue.change(id, ({ edition }) => {
      if (edition !== footage.edition) throw staleVersion()
      return change
    })
    await settle(services, footage, changed)
    return changed
  } catch (error) {
    const isForestalled = error instanceof BluelampError && error.code === 'precondition-failed'
    if (isForestalled && entries.length > 0) {
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
    const because = messageOf(error)
    log.error('a change is done, but not what follows', { footageId: id, isolated, because })
  }
}
