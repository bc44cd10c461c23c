import type { ChunkPlan, RenditionPlan } from '../plan.ts'

/**
 * Added to every timestamp on ffmpeg's way in and taken off again by `writeRendition`: filters and
 * muxers do not bear negative times. Whole seconds are exact in every time base.
 */
export const SHIFT_SECONDS = 60

/** Borders of a chunk in the demuxer's seconds, shifted. */
export type ChunkTimes = {
  /** First picture, and first moment that is no longer in it (null: to the end). */
  start: number
  end: number | null
  /** Smaller than the distance of two pictures: keeps rounding away from the borders. */
  slack: number
  /** Nothing after this is needed of any track. */
  stop: number
}

/** Read beyond the end of a chunk at least: sound that encoders take in before they give it out. */
const SOUND_MARGIN_SECONDS = 0.4
/** And at most, however slowly pictures follow each other. */
const MAX_MARGIN_SECONDS = 2
/** How much further than on average two pictures may be apart. */
const SLOWEST_TO_AVERAGE = 4
/** Beyond the planned end of the last chunk nothing is rendered, whatever timestamps say. */
const LAST_CHUNK_MARGIN_SECONDS = 30

/** Where the tracks of a chunk begin and end on ffmpeg's way in. */
export function chunkTimes(plan: RenditionPlan, chunk: ChunkPlan): ChunkTimes {
  const video = plan.zeroSeconds.video + SHIFT_SECONDS
  const audio = plan.zeroSeconds.audio + SHIFT_SECONDS
  const shownEnd = chunk.startSeconds + chunk.durationSeconds
  const margin = chunk.endPts === null ? LAST_CHUNK_MARGIN_SECONDS : marginSeconds(plan)
  return {
    start: chunk.startSeconds + video,
    end: chunk.endPts === null && plan.truncatedAtSeconds === null ? null : shownEnd + video,
    slack: Math.min(0.001, 0.25 / (plan.media.video.frameRate || 30)),
    stop: shownEnd + Math.max(video, audio) + margin,
  }
}

/** Seconds as ffmpeg reads them, to the microsecond. */
export const seconds = (value: number): string => value.toFixed(6)

/** Beyond the end come the next keyframe and the pictures that are decoded after it and shown before. */
const marginSeconds = ({ media: { video } }: RenditionPlan): number =>
  Math.min(
    MAX_MARGIN_SECONDS,
    SOUND_MARGIN_SECONDS +
      (SLOWEST_TO_AVERAGE * (video.reorderedPictures + 1)) / (video.frameRate || 30),
  )
