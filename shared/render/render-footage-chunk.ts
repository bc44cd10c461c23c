import { randomUUID } from 'node:crypto'
import { isServable } from '../clearance/marking.ts'
import { mayHelpToRetry } from '../errors.ts'
import type { ChunkRendition, Message } from '../events/messages.ts'
import { chunkName, type FootageId, manifestBlobName, renditionBlobName } from '../footage/ids.ts'
import { isDisposed } from '../footage/state.ts'
import { findPart } from '../ingest/parts.ts'
import { renderChunk } from '../media/render-chunk.ts'
import type { Services } from '../services.ts'
import { chunksOf } from './drive-renditions.ts'
import { progressNotes } from './progress-notes.ts'
import { rollUp } from './roll-up.ts'

/** File names of what a chunk is made into. Players judge by the ending. */
const FILES = {
  copy: { name: 'copy.mp4', contentType: 'video/mp4' },
  proxy: { name: 'proxy.mp4', contentType: 'video/mp4' },
  storyboard: { name: 'storyboard.jpg', contentType: 'image/jpeg' },
} as const

/**
 * Renders one chunk of a recording, stores what came of it, and last the manifest that publishes
 * it. May run twice or in two places: each attempt writes blobs of its own, the first wins.
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
  const { catalogue, originals, renditions, renditionRows, headers, mediaTools, now, log } =
    services
  const footage = await catalogue.get(id)
  const original = findPart(footage, 'recording')?.original
  // Marked higher, or disposed of, while its chunks waited on the queue.
  if (!isServable(footage.marking) || isDisposed(footage.state)) return
  const plan = await renditions.readPlan(id)
  const chunk = plan.chunks[index]
  if (!original || !chunk)
    return log.warn('there is no such chunk to render', { footageId: id, chunk: index })

  const kinds = await missingOf(services, id, index, asked)
  if (kinds.length === 0) return

  const work = `chunk-${chunkName(index)}`
  const attempt = randomUUID()
  const blobs: Partial<Record<ChunkRendition, string>> = {}
  try {
    const result = await renderChunk({
      source: await headers.open(original.blob, originals.source(original), signal),
      tools: await mediaTools(),
      plan,
      chunk,
      wanted: {
        copy: kinds.includes('copy'),
        proxy: kinds.includes('proxy'),
        storyboard: kinds.includes('storyboard'),
      },
      onProgress: progressNotes(
        (fraction) => renditionRows.noteProgress(id, index, kinds, fraction),
        () => log.warn('progress could not be noted', { footageId: id, chunk: index }),
        now,
      ),
      openOutput(kind) {
        const { name, contentType } = FILES[kind]
        const blob = renditionBlobName(id, work, attempt, name)
        blobs[kind] = blob
        return renditions.open(blob, contentType, signal)
      },
      signal,
    }).catch(async (error: unknown) => {
      // One output may have become a blob before another could not; no manifest will name it.
      await renditions
        .remove(Object.values(blobs))
        .catch(() => log.warn('what a failed attempt had stored is still there', { footageId: id }))
      throw error
    })
    await renditions.putManifest(manifestBlobName(id, work, attempt), {
      schemaVersion: 1,
      work: 'chunk',
      footageId: id,
      sourceSha256: original.sha256,
      blobs,
      result,
    })
  } catch (error) {
    const again = mayHelpToRetry(error)
    await renditionRows.noteFailure(id, {
      schemaVersion: 1,
      chunk: index,
      renditions: kinds,
      reason: error instanceof Error ? error.message : String(error),
      abandoned: !again,
      at: now().toISOString(),
    })
    if (again) throw error
    log.warn('a chunk cannot be rendered', { footageId: id, chunk: index })
    await rollUp(services, id)
  }
}

/** Work may be asked for again while it waits its turn; what is published by then is not made twice. */
async function missingOf(
  { renditionRows }: Services,
  id: FootageId,
  chunk: number,
  asked: ChunkRendition[],
): Promise<ChunkRendition[]> {
  const published = await Promise.all(asked.map((kind) => chunksOf(renditionRows, id, kind)))
  return asked.filter((_, position) => !published[position]?.has(chunk))
}
