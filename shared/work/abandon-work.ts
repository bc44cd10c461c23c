import { z } from 'zod'
import { MESSAGES, type QueueName } from '../events/messages.ts'
import { failPackage } from '../export/fail-package.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { rollUp } from '../render/roll-up.ts'
import { stillMissing } from '../render/still-missing.ts'
import type { Services } from '../services.ts'

const GIVEN_UP = 'given up after repeated failures; the log has the causes'

const anyWorkSchema = z.object({ footageId: footageIdSchema })

/**
 * Gives up work of which five attempts failed. The recording says what was given up, and a domain
 * event calls for a person, who can drive it again. Nothing is lost by that. Done twice, it is told
 * twice.
 */
export async function abandonWork(
  services: Services,
  queue: QueueName,
  message: unknown,
): Promise<void> {
  const { catalogue, events, now, log } = services
  const work = anyWorkSchema.safeParse(message)
  if (!work.success) return log.error('a message that no release has sent was given up', { queue })
  const { footageId: id } = work.data
  if (!(await catalogue.find(id)))
    return log.error('work on footage that no table knows was given up', { queue, footageId: id })
  log.error('work was given up', { queue, footageId: id })
  const chunk = MESSAGES['render-chunk'].safeParse(message)
  const order = MESSAGES['make-package'].safeParse(message)
  if (queue === 'make-package' && order.success) {
    await failPackage(services, id, order.data.package, GIVEN_UP)
  } else if (queue === 'render-chunk' && chunk.success) {
    await abandonChunk(services, chunk.data)
  } else if (queue !== 'hear-break-glass') {
    // Who asked in an emergency asks again: nothing is wrong with the recording.
    const failure = {
      stage: queue,
      at: now().toISOString(),
      reason: GIVEN_UP,
    }
    await catalogue.change(id, () => ({ failure }))
  }
  await events.publish({ type: 'Bluelamp.WorkAbandoned', footageId: id })
}

/** A chunk that was given up leaves the rest of the recording playable. */
async function abandonChunk(
  services: Services,
  { footageId: id, chunk, renditions }: z.infer<(typeof MESSAGES)['render-chunk']>,
): Promise<void> {
  const { renditionRows, now } = services
  const missing = await stillMissing(services, id, chunk, renditions)
  if (missing.length === 0) return
  const noted = (await renditionRows.listFailures(id)).find((failure) => failure.chunk === chunk)
  const reason = noted?.reason ?? 'the worker ended before it could say why'
  const at = now().toISOString()
  await renditionRows.noteFailure(id, {
    schemaVersion: 1,
    chunk,
    renditions: missing,
    reason,
    abandoned: true,
    at,
  })
  await rollUp(services, id)
}
