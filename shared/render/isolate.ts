import { isServable } from '../clearance/marking.ts'
import { withdrawPackages } from '../export/end-package.ts'
import type { Footage } from '../footage/footage.ts'
import { advance, isDisposed, isSecured } from '../footage/state.ts'
import type { Services } from '../services.ts'

/**
 * Isolates a recording that is marked too high for this cloud: what was rendered of it while it was
 * marked lower is erased, then the alert is raised. Only the original stays, which is the evidence.
 * May be called again at any point: until the alert is out, the sweep does.
 */
export async function isolate(services: Services, footage: Footage): Promise<void> {
  const { erasure, renditionRows, catalogue, audit } = services
  const { id, marking, state } = footage
  if (isServable(marking) || isDisposed(state)) return
  if (footage.renditions.length > 0 || footage.poster) {
    const blobs = await erasure.eraseDerived(id)
    await renditionRows.clear(id)
    await audit.append(id, {
      action: 'renditions-erased',
      actor: 'service',
      detail: { marking, blobs },
    })
    await catalogue.change(id, (current) =>
      isServable(current.marking) || !isSecured(current.state)
        ? null
        : { state: withoutRenditions(current.state), renditions: [], poster: undefined },
    )
  }
  await alertIfIsolated(services, footage)
}

/**
 * Raises the alert for a recording that is marked too high for this cloud, and withdraws what was
 * made of it to be taken away. What could not be done stays on a work list, from which the sweep
 * does it.
 */
export async function alertIfIsolated(
  services: Services,
  { id, marking, alerted }: Footage,
): Promise<void> {
  const { events, catalogue } = services
  if (isServable(marking) || alerted === marking) return
  await withdrawPackages(services, id, 'the recording is marked too high to be here')
  await events.publish({ type: 'Bluelamp.FootageIsolated', footageId: id })
  await catalogue.change(id, (current) =>
    current.marking === marking ? { alerted: marking } : null,
  )
}

/** Were its marking put right, it would be rendered anew from here. */
const withoutRenditions = (state: Footage['state']): Footage['state'] =>
  state === 'secured' || state === 'unplayable' ? state : advance(state, 'secured')
