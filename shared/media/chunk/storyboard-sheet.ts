import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { StoryboardOutput } from '../chunk-result.ts'
import { MediaError } from '../errors.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'

const MAX_STORYBOARD_BYTES = 32 * 1024 * 1024

/** What there is of a sheet where ffmpeg made none. */
export const NO_SHEET = Buffer.alloc(0)

/**
 * The whole sheet, as ffmpeg writes it.
 * @throws MediaError `output-too-large`
 */
export async function readSheet(pipe: Readable): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of pipe as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MAX_STORYBOARD_BYTES)
      throw new MediaError(
        'chunk',
        'output-too-large',
        `A storyboard exceeds ${MAX_STORYBOARD_BYTES} bytes.`,
      )
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** What is on a sheet of small pictures. */
export function storyboardOf(
  sheet: Buffer,
  { storyboard }: RenditionPlan,
  chunk: ChunkPlan,
): StoryboardOutput {
  return {
    bytes: sheet.length,
    sha256: createHash('sha256').update(sheet).digest('hex'),
    tiles: Math.max(1, Math.ceil(chunk.durationSeconds / storyboard.intervalSeconds)),
    ...storyboard,
    startSeconds: chunk.startSeconds,
    endSeconds: chunk.startSeconds + chunk.durationSeconds,
  }
}
