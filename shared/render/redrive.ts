import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { rollUp } from './roll-up.ts'

/** Renders again, by a person's word, whatever of a recording failed, was given up or is missing. */
export async function redriveRenditions(services: Services, id: FootageId): Promise<void> {
  const { renditionRows, queues } = services
  for (const { chunk } of await renditionRows.listFailures(id)) {
    await renditionRows.clearFailure(id, chunk)
  }
  await rollUp(services, id)
  await queues.send('plan-renditions', { footageId: id, redrive: true })
}

/** Starts the proxy that policy left for the first viewer. Playback of the copy does not wait. */
export async function startDeferredProxy(services: Services, id: FootageId): Promise<void> {
  let started = false
  await services.catalogue.change(id, ({ renditions }) => {
    started = renditions.some(({ state }) => state === 'deferred')
    if (!started) return null
    return {
      renditions: renditions.map((rendition) =>
        rendition.state === 'deferred' ? { ...rendition, state: 'rendering' } : rendition,
      ),
    }
  })
  if (started) await services.queues.send('plan-renditions', { footageId: id, redrive: false })
}
