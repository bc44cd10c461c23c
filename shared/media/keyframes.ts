import { z } from 'zod'
import type { MediaDescription, Unplayable } from './description.ts'
import { MalformedBoxError } from './mp4/boxes.ts'
import { readMovieHeader } from './mp4/movie-header.ts'
import { indexMovie } from './mp4/movie-index.ts'
import { indexOfNote, type KeyframeNote } from './noting/keyframe-note.ts'
import { scanKeyframes } from './scan.ts'
import type { FootageSource } from './source.ts'
import type { MediaTools } from './tools.ts'

/**
 * Where decoding can begin. From the container's own index where it has one (MP4, MOV), else
 * noted while the recording was secured, else from a scan of its packets.
 * Timestamps are integers in the video track's time base, exactly as the demuxer gives them (edit
 * lists ignored: they can hide pictures, and evidence is shown whole).
 */
export const keyframeIndexSchema = z.object({
  /** Presentation times of the keyframes, ascending. */
  pts: z.array(z.int()).min(1),
  /** Packets from each keyframe up to the next, what precedes the first among its; empty where nobody counted. */
  packets: z.array(z.int().positive()),
  /** Bytes of video from each keyframe up to the next; empty where nobody counted. */
  bytes: z.array(z.int().nonnegative()),
  /**
   * The byte from which each keyframe can be read by itself, after the header; absent where ffmpeg
   * finds its own way.
   */
  positions: z.array(z.int().nonnegative()).optional(),
  /** First moment after the last picture. */
  endPts: z.int(),
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
})
export type KeyframeIndex = z.infer<typeof keyframeIndexSchema>

/** The keyframes, or why the recording is kept but not played. */
export type KeyframesResult = { playable: true; keyframes: KeyframeIndex } | Unplayable

/**
 * Finds where decoding can begin: from the movie header alone where there is one, else from what
 * was noted while the recording was secured, else by a scan of the packets.
 * @throws MediaError
 */
export async function readKeyframes(
  source: FootageSource,
  media: MediaDescription,
  tools: MediaTools,
  signal: AbortSignal,
  note: KeyframeNote | null = null,
): Promise<KeyframesResult> {
  try {
    const keyframes =
      (await fromMovieHeader(source, media, signal)) ??
      (note && indexOfNote(note, media)) ??
      (await scanKeyframes(source, media, tools, signal))
    if (keyframes) return { playable: true, keyframes }
    return { playable: false, reason: 'no-keyframe', detail: 'It has no picture to begin with.' }
  } catch (error) {
    if (!(error instanceof MalformedBoxError)) throw error
    return { playable: false, reason: 'damaged', detail: error.message }
  }
}

async function fromMovieHeader(
  source: FootageSource,
  media: MediaDescription,
  signal: AbortSignal,
): Promise<KeyframeIndex | null> {
  if (media.container !== 'mov') return null
  const header = await readMovieHeader(source, signal)
  if (header.kind !== 'indexed') return null
  return indexMovie(header.moov, source.size, {
    video: media.video.stream,
    audio: media.audio?.stream ?? null,
  })
}
