import { randomUUID } from 'node:crypto'
import {
  type ChunkRendition,
  chunkName,
  type FootageId,
  manifestBlobName,
  renditionBlobName,
} from '../footage/ids.ts'
import type { OriginalPart } from '../footage/parts.ts'
import { renderChunk } from '../media/chunk/render-chunk.ts'
import type { ChunkPlan, RenditionPlan } from '../media/plan.ts'
import type { Services } from '../services.ts'
import { progressNotes } from './progress-notes.ts'

/** File names of what a chunk is made into. Players judge by the ending. */
const FILES = {
  copy: { name: 'copy.mp4', contentType: 'video/mp4' },
  proxy: { name: 'proxy.mp4', contentType: 'video/mp4' },
  storyboard: { name: 'storyboard.jpg', contentType: 'image/jpeg' },
} as const

/**
 * Renders these kinds of a chunk in one run, stores what came of it, and last the manifest that
 * publishes it. Each attempt writes blobs of its own; those of one that failed are removed.
 * @throws MediaError; whatever storage threw
 */
export async function renderAndStore(
  services: Services,
  {
    id,
    original,
    plan,
    chunk,
  }: { id: FootageId; original: OriginalPart; plan: RenditionPlan; chunk: ChunkPlan },
  kinds: readonly ChunkRendition[],
  signal: AbortSignal,
): Promise<void> {
  const { originals, renditions, renditionRows, headers, mediaTools, now, log } = services
  const { index } = chunk
  const work = `chunk-${chunkName(index)}`
  const attempt = randomUUID()
  const blobs: Partial<Record<ChunkRendition, string>> = {}
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
      // A storyboard's progress is shown nowhere.
      renditionRows.noteProgress(id, index, played(kinds)),
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
}

const played = (kinds: readonly ChunkRendition[]) => kinds.filter((kind) => kind !== 'storyboard')
