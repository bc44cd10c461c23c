import { isServable } from '../clearance/marking.ts'
import { mayHelpToRetry, messageOf } from '../errors.ts'
import type { Work } from '../events/messages.ts'
import type { ChunkRendition } from '../footage/ids.ts'
import { findPart } from '../footage/parts.ts'
import { isDisposed } from '../footage/state.ts'
import { isUndecodable } from '../media/chunk/undecodable.ts'
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
  { footageId: id, chunk: index, renditions: asked }: Work<'render-chunk'>,
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
  const make = async (kinds: ChunkRendition[]) => {
    await renderAndStore(services, { id, original, plan, chunk }, kinds, signal)
    left = left.filter((kind) => !kinds.includes(kind))
  }
  try {
    for (const kinds of inTurns(plan, chunk, left)) {
      await make(kinds).catch(async (error: unknown) => {
        const apart = copyFirst(plan, kinds)
        if (apart.length === 1 || !isUndecodable(error)) throw error
        // What cannot be decoded can be copied all the same.
        for (const fewer of apart) await make(fewer)
      })
    }
  } catch (error) {
    const again = mayHelpToRetry(error)
    await renditionRows.noteFailure(id, {
      schemaVersion: 1,
      chunk: index,
      renditions: left,
      reason: messageOf(error),
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
  plan: RenditionPlan,
  { index }: ChunkPlan,
  kinds: ChunkRendition[],
): ChunkRendition[][] {
  return index === 0 ? copyFirst(plan, kinds) : [kinds]
}

/** A copy for which nothing is decoded, apart from all for which something is. */
function copyFirst({ copy }: RenditionPlan, kinds: ChunkRendition[]): ChunkRendition[][] {
  const isCopied = (kind: ChunkRendition) => kind === 'copy' && copy.video.method === 'copied'
  const turns = [kinds.filter(isCopied), kinds.filter((kind) => !isCopied(kind))]
  return turns.filter((turn) => turn.length > 0)
}
