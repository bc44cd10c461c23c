import type { FootageId } from '../footage/ids.ts'
import { canBecome } from '../footage/state.ts'
import type { Services } from '../services.ts'

/** Starts the proxy that policy left for the first viewer. Playback of the copy does not wait. */
export async function startDeferredProxy(services: Services, id: FootageId): Promise<void> {
  let started = false
  await services.catalogue.change(id, ({ state, renditions }) => {
    started = renditions.some((rendition) => rendition.state === 'deferred')
    if (!started) return null
    return {
      // The sweep looks after what is rendering, should the message below never be sent.
      state: canBecome(state, 'rendering') ? 'rendering' : state,
      renditions: renditions.map((rendition) =>
        rendition.state === 'deferred' ? { ...rendition, state: 'rendering' } : rendition,
      ),
    }
  })
  if (!started) return
  // Someone waits for it.
  await services.queues.send('plan-renditions', { footageId: id, redrive: false }, 'urgent')
}
