import { randomUUID } from 'node:crypto'
import { isServable } from '../clearance/marking.ts'
import { mayHelpToRetry } from '../errors.ts'
import type { Work } from '../events/messages.ts'
import { manifestBlobName, renditionBlobName } from '../footage/ids.ts'
import { findPart } from '../footage/parts.ts'
import { isDisposed } from '../footage/state.ts'
import { makePoster } from '../media/poster/poster.ts'
import type { Services } from '../services.ts'

/**
 * Makes the picture that stands for a recording, and stores it with the manifest that publishes it.
 * A recording of which none can be made says why; it plays without one.
 */
export async function makeFootagePoster(
  { catalogue, originals, renditions, headers, mediaTools, now, log }: Services,
  { footageId: id }: Work<'make-poster'>,
  signal: AbortSignal,
): Promise<void> {
  const footage = await catalogue.get(id)
  const original = findPart(footage, 'recording')?.original
  if (footage.poster || !isServable(footage.marking) || isDisposed(footage.state)) return
  if (!original) return log.warn('there is no original to make a poster of', { footageId: id })
  const made = await makePoster({
    source: await headers.open(original.blob, originals.source(original), signal),
    tools: await mediaTools(),
    plan: await renditions.readPlan(id),
    signal,
  }).catch(async (error: unknown) => {
    if (mayHelpToRetry(error) || !(error instanceof Error)) throw error
    const failure = { stage: 'make-poster', at: now().toISOString(), reason: error.message }
    await catalogue.change(id, () => ({ failure }))
    log.warn('no poster can be made', { footageId: id, reason: error.message })
    return null
  })
  if (!made) return
  const { jpeg, sha256, width, height, atSeconds, tool } = made
  const attempt = randomUUID()
  const blob = renditionBlobName(id, 'poster', attempt, 'jpg')
  await renditions.putBytes(blob, jpeg, 'image/jpeg')
  await renditions.putManifest(manifestBlobName(id, 'poster', attempt), {
    schemaVersion: 1,
    work: 'poster',
    footageId: id,
    sourceSha256: original.sha256,
    poster: { blob, sha256, width, height, atSeconds, tool },
  })
}
