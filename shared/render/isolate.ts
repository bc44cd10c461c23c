import { isServable } from '../clearance/marking.ts'
import { alertIfIsolated } from '../events/announce.ts'
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

/** Were its marking put right, it would be rendered anew from here. */
const withoutRenditions = (state: Footage['state']): Footage['state'] =>
  state === 'secured' || state === 'unplayable' ? state : advance(state, 'secured')
