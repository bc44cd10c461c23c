import { isServable } from '../clearance/marking.ts'
import { mayHelpToRetry } from '../errors.ts'
import type { ChunkRendition, Message } from '../events/messages.ts'
import { isDisposed } from '../footage/state.ts'
import { findPart } from '../ingest/parts.ts'
import type { ChunkPlan, RenditionPlan } from '../media/plan.ts'
import type { Services } from '../services.ts'
import { renderAndStore } from './render-and-store.ts'
import { rollUp } from './roll-up.ts'
import { stillMissing } from './still-missing.ts'

/**
 * Renders of one chunk of a recording what is not published yet. May run twice or in two places:
 * the first manifest of each rendition wins.
 */
export async function renderFootageChunk(
  services: Services,
  {
    footageId: id,
    chunk: index,
    renditions: asked,
  }: Omit<Message<'render-chunk'>, 'schemaVersion'>,
  signal: AbortSignal,
): Promise<void> {
  const { catalogue, renditions, renditionRows, now, log } = services
  const footage = await catalogue.get(id)
  const original = findPart(footage, 'recording')?.original
  // Marked higher, or disposed of, while its chunks waited on the queue.
  if (!isServable(footage.marking) || isDisposed(footage.state)) return
  const plan = await renditions.readPlan(id)
  const chunk = plan.chunks[index]
  if (!original || !chunk)
    return log.warn('there is no such chunk to render', { footageId: id, chunk: index })

  let left = await stillMissing(services, id, index, asked)
  try {
    for (const kinds of inTurns(plan, chunk, left)) {
      await renderAndStore(services, { id, original, plan, chunk }, kinds, signal)
      left = left.filter((kind) => !kinds.includes(kind))
    }
  } catch (error) {
    const again = mayHelpToRetry(error)
    await renditionRows.noteFailure(id, {
      schemaVersion: 1,
      chunk: index,
      renditions: left,
      reason: error instanceof Error ? error.message : String(error),
      abandoned: !again,
      at: now().toISOString(),
    })
    if (again) throw error
    log.warn('a chunk cannot be rendered', { footageId: id, chunk: index })
    await rollUp(services, id)
  }
}

/**
 * One run of ffmpeg makes everything of a chunk. Of the first one the copy comes before all else:
 * it is there within a second, and playback begins with it, where encoding would take many.
 */
function inTurns(
  { copy }: RenditionPlan,
  { index }: ChunkPlan,
  kinds: ChunkRendition[],
): ChunkRendition[][] {
  const first = index === 0 && copy.video.method === 'copied' && kinds.includes('copy')
  const turns = first ? [['copy' as const], kinds.filter((kind) => kind !== 'copy')] : [kinds]
  return turns.filter((turn) => turn.length > 0)
}
