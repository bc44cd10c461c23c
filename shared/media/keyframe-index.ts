import { z } from 'zod'

/**
 * Where decoding can begin. From the container's own index where it has one (MP4, MOV), else
 * noted while the recording was secured, else from a scan of its packets.
 * Timestamps are integers in the video track's time base, exactly as the demuxer gives them (edit
 * lists ignored: they can hide pictures, and evidence is shown whole).
 */
const keyframeIndexSchema = z.object({
  /** Presentation times of the keyframes, ascending. */
  pts: z.array(z.int()).min(1),
  /** Packets from each keyframe up to the next, what precedes the first among its; empty where nobody counted. */
  packets: z.array(z.int().positive()),
  /** Bytes of video from each keyframe up to the next; empty where nobody counted. */
  bytes: z.array(z.int().nonnegative()),
  /**
   * The byte from which each keyframe can be read by itself, after the header; absent where nobody
   * noted it.
   */
  positions: z.array(z.int().nonnegative()).optional(),
  /**
   * How far sound has come where each keyframe lies in an AVI file, in seconds: of the first ones
   * only, where picture and sound come apart further on.
   */
  sounds: z.array(z.number().nonnegative()).optional(),
  /** When the first picture is shown: before the first keyframe, where recording began between two. */
  startPts: z.int(),
  /** First moment after the last picture. */
  endPts: z.int(),
  /** Its clock is set back somewhere in it, so that pictures of two times claim the same moments. */
  clockTurnsBack: z.boolean().optional(),
  /** The longest time from one picture shown to the next; at most some pictures more than that. */
  apartSeconds: z.number().nonnegative(),
  /**
   * The demuxer's time that is shown as second 0, in seconds, for each track. They differ where
   * an edit list shifts one track against the other.
   */
  zeroSeconds: z.object({ video: z.number(), audio: z.number() }),
  /** How much before a keyframe reading must begin so that the sound shown with it is read too. */
  soundLeadSeconds: z.number().nonnegative(),
  /** First and last moment of sound in the demuxer's seconds, and its longest frame or hole. */
  audio: z
    .object({ startSeconds: z.number(), endSeconds: z.number(), longestStepSeconds: z.number() })
    .nullable(),
  /** Where the bytes end before the container says they should, in seconds shown; else null. */
  truncatedAtSeconds: z.number().nonnegative().nullable(),
  /** The byte at which the clock begins anew: what follows is another recording. Absent: it does not. */
  readUntil: z.int().positive().optional(),
})
export type KeyframeIndex = z.infer<typeof keyframeIndexSchema>
