import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { laneOfId } from '../events/lane.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { driveRenditions } from './drive-renditions.ts'
import { rollUp } from './roll-up.ts'

/** Renders again, by a person's word, whatever of a recording failed, was given up or is missing. */
export async function redriveRenditions(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<void> {
  await admitToHasten(services, visitor, id, 'renditions-redriven')
  const { renditionRows, queues } = services
  for (const { chunk } of await renditionRows.listFailures(id)) {
    await renditionRows.clearFailure(id, chunk)
  }
  await rollUp(services, id)
  await queues.send(
    'plan-renditions',
    { footageId: id, redrive: true },
    await laneOfId(services, id),
  )
}

/**
 * Lets a recording overtake: what is still to be done of it goes into the urgent lane. What stays
 * behind in the ordinary one finds its work done and ends.
 */
export async function makeUrgent(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<void> {
  await admitToHasten(services, visitor, id, 'made-urgent')
  const { catalogue, landing, queues } = services
  const footage = await catalogue.change(id, ({ urgent }) => (urgent ? null : { urgent: true }))
  if (footage.state === 'rendering') return driveRenditions(services, footage)
  if (footage.state === 'secured') {
    return queues.send('plan-renditions', { footageId: id, redrive: false }, 'urgent')
  }
  for (const { part } of footage.parts) {
    const landed = await landing.find(id, part)
    if (landed) {
      await queues.send('secure-footage', { footageId: id, part, etag: landed.etag }, 'urgent')
    }
  }
}

/**
 * Lets those hasten a recording who may list it, and records who did.
 * @throws BluelampError `not-found` if refused or missing
 */
async function admitToHasten(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  action: 'renditions-redriven' | 'made-urgent',
): Promise<void> {
  const { basis } = await admit(services, visitor, 'list', id)
  const { principal, clientAddress } = visitor
  await services.audit.append(id, { action, actor: principal.oid, basis, clientAddress })
}
