import { laneOfId } from '../events/lane.ts'
import type { FootageId } from '../footage/ids.ts'
import { canBecome } from '../footage/state.ts'
import type { Services } from '../services.ts'
import { driveRenditions } from './drive-renditions.ts'
import { rollUp } from './roll-up.ts'

/** Renders again, by a person's word, whatever of a recording failed, was given up or is missing. */
export async function redriveRenditions(services: Services, id: FootageId): Promise<void> {
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
  await services.renditionRows.clearProgress(id)
  // Someone waits for it.
  await services.queues.send('plan-renditions', { footageId: id, redrive: false }, 'urgent')
}

/**
 * Lets a recording overtake: what is still to be done of it goes into the urgent lane. What stays
 * behind in the ordinary one finds its work done and ends.
 */
export async function makeUrgent(services: Services, id: FootageId): Promise<void> {
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
