import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import { SHIFT_SECONDS } from './chunk-times.ts'

/** Rounding of the moment that is shown as 0. */
const START_SLACK_SECONDS = 0.002

/** Where a chunk begins and ends in a track that ffmpeg wrote, and the recording itself, in ticks. */
type Borders<B> = { zero: number; start: B; end: B }

/** Among pictures: at keyframes; null: there is no border, the recording begins or ends there. */
export function pictureBorders(
  { media, zeroSeconds }: RenditionPlan,
  { startPts, endPts }: ChunkPlan,
  timescale: number,
): Borders<number | null> {
  const [numerator, denominator] = media.video.timeBase
  const inTrack = (pts: number | null) =>
    pts === null
      ? null
      : Math.round((pts * numerator * timescale) / denominator) + SHIFT_SECONDS * timescale
  return {
    zero: shifted(zeroSeconds.video, timescale),
    start: inTrack(startPts),
    end: inTrack(endPts),
  }
}

/** Among sound. Both chunks at a border compute its place in the sound from the same keyframe. */
export function soundBorders(
  { media, audio, zeroSeconds, durationSeconds }: RenditionPlan,
  { startPts, endPts }: ChunkPlan,
  timescale: number,
): Borders<number> {
  const [numerator, denominator] = media.video.timeBase
  const zero = shifted(zeroSeconds.audio, timescale)
  const border = (pts: number) =>
    ((pts * numerator) / denominator - zeroSeconds.video) * timescale + zero
  const last =
    audio?.method === 'encoded'
      ? shifted(zeroSeconds.audio + durationSeconds, timescale)
      : Number.POSITIVE_INFINITY
  return {
    zero,
    start:
      startPts === null
        ? shifted(zeroSeconds.audio - START_SLACK_SECONDS, timescale)
        : border(startPts),
    end: endPts === null ? last : border(endPts),
  }
}

const shifted = (seconds: number, timescale: number): number =>
  Math.round(seconds * timescale) + SHIFT_SECONDS * timescale
