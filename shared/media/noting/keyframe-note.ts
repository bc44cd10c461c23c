import { z } from 'zod'
import { type MediaDescription, type Rational, rationalSchema } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'
import { indexOfTally, tallySchema } from './packet-tally.ts'

/** The clocks of the tracks that were counted. */
const notedTracksSchema = z.object({
  video: z.object({ timeBase: rationalSchema }),
  audio: z.object({ timeBase: rationalSchema }).nullable(),
})
export type NotedTracks = z.infer<typeof notedTracksSchema>

/** What was noted of a recording while it was secured. Stored beside its renditions. */
export const keyframeNoteSchema = z.object({
  schemaVersion: z.literal(1),
  /** Of the bytes that were read: a note is good for no others. */
  sourceSha256: z.string(),
  container: z.enum(['mpegts', 'mov', 'matroska', 'avi']),
  tracks: notedTracksSchema,
  tally: tallySchema,
  /** The recording ends in the middle of something, or before it says. Absent in older notes. */
  breaksOff: z.boolean().default(false),
})
export type KeyframeNote = z.infer<typeof keyframeNoteSchema>

/**
 * The keyframes of a recording from its note; null if the note does not speak of the tracks that
 * probing has chosen.
 */
export function indexOfNote(note: KeyframeNote, media: MediaDescription): KeyframeIndex | null {
  const { video, audio } = note.tracks
  const fits =
    note.container === media.container &&
    isSame(video.timeBase, media.video.timeBase) &&
    (media.audio === null || (audio !== null && isSame(audio.timeBase, media.audio.timeBase)))
  return fits ? indexOfTally(note.tally, media, note.breaksOff) : null
}

const isSame = (a: Rational, b: Rational): boolean => a[0] * b[1] === b[0] * a[1]
