import { z } from 'zod'
import { mediaDescriptionSchema } from './description.ts'
import { LONGEST_SEGMENT_SECONDS, SEGMENT_SECONDS } from './segments.ts'

/** One bounded piece of work: what lies between two keyframes of the recording. */
const chunkPlanSchema = z.object({
  index: z.int().nonnegative(),
  /** First keyframe, in the video track's time base; null: from the very beginning. */
  startPts: z.int().nullable(),
  /** First keyframe of the next chunk; null: to the very end. */
  endPts: z.int().nullable(),
  /** When it is shown, in seconds of the recording. */
  startSeconds: z.number().nonnegative(),
  durationSeconds: z.number().nonnegative(),
  /** The byte from which on the recording is read for it; null: ffmpeg finds its own way. */
  position: z.int().nonnegative().nullable().default(null),
  /**
   * How far an AVI file, which tells no times, has come at that byte: the time of its next picture,
   * and in seconds that of its next sound. Null elsewhere.
   */
  passed: z.object({ pts: z.int(), soundSeconds: z.number() }).nullable().default(null),
  /** Packets of video that it holds; null where the container does not tell beforehand. */
  packets: z.int().positive().nullable(),
})
export type ChunkPlan = z.infer<typeof chunkPlanSchema>

/** How a track gets into a rendition, and why if it is not simply copied. */
const trackMethodSchema = z.discriminatedUnion('method', [
  z.object({ method: z.literal('copied') }),
  z.object({ method: z.literal('encoded'), reason: z.string() }),
])
export type TrackMethod = z.infer<typeof trackMethodSchema>

/** Everything that is decided about a recording before any of it is rendered. Stored as JSON. */
export const renditionPlanSchema = z.object({
  version: z.literal(1),
  media: mediaDescriptionSchema,
  durationSeconds: z.number().positive(),
  truncatedAtSeconds: z.number().nonnegative().nullable(),
  /** The byte at which another recording begins behind this one, which alone is played; null: nowhere. */
  readUntil: z.int().positive().nullable().default(null),
  /** Pictures of two times claim the same moments. Absent in older plans. */
  clockTurnsBack: z.boolean().optional(),
  /** The demuxer's times that are shown as second 0. */
  zeroSeconds: z.object({ video: z.number(), audio: z.number() }),
  soundLeadSeconds: z.number().nonnegative(),
  /** The longest time from one picture shown to the next; 0 in plans that do not say. */
  apartSeconds: z.number().nonnegative().default(0),
  /** Full quality: a stream copy wherever browsers play the codec. */
  copy: z.object({ video: trackMethodSchema, width: z.int(), height: z.int() }),
  /** Low bandwidth, not for examination. */
  proxy: z.object({ width: z.int(), height: z.int(), limitFrameRate: z.boolean() }),
  /** Why neither a proxy nor a storyboard is made; null: they are. */
  proxyOmitted: z.string().nullable().default(null),
  /** Keyframes to try for the poster, in order, in seconds of the recording. */
  posterSeconds: z.array(z.number()).min(1),
  /** The byte from which on each of them can be read, where that was noted; else empty. */
  posterPositions: z.array(z.int().nonnegative()).default([]),
  audio: trackMethodSchema.nullable(),
  storyboard: z.object({
    intervalSeconds: z.number().positive(),
    tileWidth: z.int().positive(),
    tileHeight: z.int().positive(),
    columns: z.int().positive(),
  }),
  /** EXT-X-TARGETDURATION of every playlist of this recording. */
  targetDurationSeconds: z.int().positive(),
  /** From this on a segment ends before a keyframe, and after the other in any case. */
  leastSegmentSeconds: z.number().positive().default(SEGMENT_SECONDS),
  longestSegmentSeconds: z.number().positive().default(LONGEST_SEGMENT_SECONDS),
  chunks: z.array(chunkPlanSchema).min(1),
})
export type RenditionPlan = z.infer<typeof renditionPlanSchema>
