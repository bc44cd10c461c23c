import { BEGINNING_SECONDS, beginningOf } from '../mp4/beginning.ts'
import { withWholeSamples } from '../mp4/whole-samples.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import { aviFromPosition } from '../running/avi-from-position.ts'
import { fromPosition } from '../running/from-position.ts'
import { forDemuxer, withRecentBlocks } from '../running/recent-blocks.ts'
import { endingAt, type FootageSource } from '../source.ts'

/** More than ffmpeg is asked for beyond the end of a chunk, and than tracks may be apart. */
const READ_BEYOND_SECONDS = 120

/**
 * The recording as ffmpeg reads it for a chunk: it finds the chunk at once, and nothing twice. For
 * the first one it need not know how long the recording is.
 */
export async function chunkSource({
  source: recording,
  plan,
  chunk,
  signal,
}: {
  source: FootageSource
  plan: RenditionPlan
  chunk: ChunkPlan
  signal: AbortSignal
}): Promise<FootageSource> {
  const source = endingAt(recording, plan.readUntil)
  const { container } = plan.media
  const { position, passed, startPts } = chunk
  if (position === null) {
    const end = chunk.startSeconds + chunk.durationSeconds + READ_BEYOND_SECONDS
    const isEarly = startPts === null && chunk.endPts !== null && end < BEGINNING_SECONDS
    if (container === 'mov' && isEarly) return beginningOf(source, signal)
    return forDemuxer(source, container, signal)
  }
  if (container === 'avi') {
    const own = passed && (await aviFromPosition(source, { position, passed, startPts }, signal))
    return own ?? forDemuxer(source, container, signal)
  }
  const blocks = withRecentBlocks(source, signal)
  const whole = chunk.endPts === null ? await withWholeSamples(blocks, plan, signal) : blocks
  return fromPosition(whole, container, position, signal)
}
