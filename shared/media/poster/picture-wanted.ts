import type { FootageSource } from '../source.ts'

/** A keyframe that is to be shown without the rest of its recording. */
export type PictureWanted = {
  /** Its track, by the demuxer's number. */
  stream: number
  /** When it is shown, in ticks of its track. */
  pts: number
  /**
   * The byte from which it can be read: of its packet or chunk, or of the fragment or cluster around
   * it. Null where nobody noted it.
   */
  position: number | null
  /** How many bytes may be read for it. */
  most: number
}

/**
 * Makes a recording of one keyframe, in the container that it was in: what describes the tracks, and
 * the bytes of this picture. Null if it is not found, or not within `most` bytes.
 */
export type OnePicture = (
  source: FootageSource,
  wanted: PictureWanted,
  signal: AbortSignal,
) => Promise<Buffer | null>
