import type { Container } from '../description.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import { type ChunkTimes, SHIFT_SECONDS, seconds } from './chunk-times.ts'
import { AAC_FRAME_SAMPLES, PREROLL_FRAMES } from './encoded-sound.ts'

/**
 * Where a demuxer finds positions by time alone, or places sound loosely, it is sent this much
 * before the keyframe.
 */
const SEEK_LEAD_SECONDS: Record<Container, number> = { mov: 0, matroska: 0, avi: 0.5, mpegts: 1.5 }
/** So much more at most where pictures are far apart: it is read for every chunk of such a recording. */
const MOST_APART_SECONDS = 60

/** Options that have the demuxer begin where everything of a chunk still lies ahead. */
export function seek(
  plan: RenditionPlan,
  chunk: ChunkPlan,
  { start, slack }: ChunkTimes,
): string[] {
  if (chunk.startPts === null) return []
  // The 33-bit clock (ISO/IEC 13818-1 §2.4.3.7) began anew during the recording: no seek by time
  // finds its way, so it is read from the beginning.
  if (plan.media.container === 'mpegts' && plan.zeroSeconds.video < 0) return []
  const { sampleRate = 48_000 } = plan.media.audio ?? {}
  const preroll =
    plan.audio?.method === 'encoded'
      ? ((PREROLL_FRAMES + 2) * AAC_FRAME_SAMPLES) / sampleRate + 0.1
      : 0
  const lead =
    SEEK_LEAD_SECONDS[plan.media.container] + plan.soundLeadSeconds + preroll + holeSeconds(plan)
  return [
    '-seek_timestamp',
    '1',
    '-noaccurate_seek',
    '-ss',
    seconds(start - SHIFT_SECONDS + slack - lead),
  ]
}

/**
 * A transport stream is sought by decoding times. That of a keyframe after a hole lies before the
 * hole, where pictures are reordered.
 */
const holeSeconds = ({ media, apartSeconds }: RenditionPlan): number =>
  media.container === 'mpegts' && media.video.reorderedPictures > 0
    ? Math.min(apartSeconds, MOST_APART_SECONDS)
    : 0
