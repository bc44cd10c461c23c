import { z } from 'zod'
import type { MediaDescription, Rational } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'

/** A difference from the declared duration that is not a cut but rounding. */
export const TRUNCATION_SLACK_SECONDS = 1

/** What was counted so far, as it is handed from one worker to the next. Times in ticks of each track. */
export const tallySchema = z.object({
  pts: z.array(z.int()),
  packets: z.array(z.int()),
  bytes: z.array(z.int()),
  /** Where reading for each keyframe can begin in the file; empty where nobody knows. */
  positions: z.array(z.int()),
  /**
   * How far sound has come in the file where each keyframe lies, in seconds, as AVI counts it; of the
   * later ones nothing where picture and sound come apart. Null in tallies that were begun without it.
   */
  sounds: z.array(z.number()).nullable().default(null),
  firstPts: z.int().nullable(),
  endPts: z.int().nullable(),
  /** The two latest pictures, in the order shown: their distance is the length of the last one. */
  latest: z.tuple([z.int(), z.int()]).nullable(),
  /** The longest step from the latest picture to a later one; null in tallies that were begun without it. */
  apart: z.int().nonnegative().nullable().default(null),
  /** Whether a keyframe was shown before the one that precedes it: no coding does that, only a clock set back. */
  turnsBack: z.boolean().default(false),
  sound: z
    .object({ start: z.number(), end: z.number(), last: z.number(), step: z.number() })
    .nullable(),
})
export type Tally = z.infer<typeof tallySchema>

/** A tally before the first packet. */
export const emptyTally = (): Tally => ({
  pts: [],
  packets: [],
  bytes: [],
  positions: [],
  sounds: [],
  firstPts: null,
  endPts: null,
  latest: null,
  apart: 0,
  turnsBack: false,
  sound: null,
})

/** One packet of video as a demuxer gives it. */
export type PicturePacket = {
  pts: number
  /** Null where the container does not tell. */
  duration: number | null
  bytes: number
  key: boolean
  /** Byte of the file from which it can be read, where that is known. */
  position?: number | undefined
  /** How far sound has come where it lies, in seconds, where that matters and is known. */
  sound?: number | undefined
}

/** Counts a picture. Keyframes that are not later than the last one are no place to cut at. */
export function tallyPicture(tally: Tally, picture: PicturePacket): void {
  const { pts, duration, bytes, key, position, sound } = picture
  tally.firstPts = Math.min(tally.firstPts ?? pts, pts)
  if (duration !== null) tally.endPts = Math.max(tally.endPts ?? pts, pts + duration)
  const [before, last] = tally.latest ?? [pts, pts]
  if (tally.apart !== null) tally.apart = Math.max(tally.apart, pts - last)
  if (pts > last) tally.latest = [last, pts]
  else tally.latest = [pts < last ? Math.max(before, pts) : before, last]
  const latestKeyframe = tally.pts.at(-1) ?? Number.NEGATIVE_INFINITY
  if (key && pts < latestKeyframe) tally.turnsBack = true
  if (key && pts > latestKeyframe) {
    tally.pts.push(pts)
    if (position !== undefined) tally.positions.push(position)
    if (sound !== undefined) tally.sounds?.push(sound)
  }
  const group = Math.max(0, tally.pts.length - 1)
  tally.packets[group] = (tally.packets[group] ?? 0) + 1
  tally.bytes[group] = (tally.bytes[group] ?? 0) + bytes
}

/** Counts a frame of sound. */
export function tallySound(tally: Tally, pts: number, end: number): void {
  const { sound } = tally
  tally.sound = sound
    ? {
        start: Math.min(sound.start, pts),
        end: Math.max(sound.end, end),
        last: pts,
        step: Math.max(sound.step, pts - sound.last),
      }
    : { start: pts, end, last: pts, step: 0 }
}

/**
 * The index of keyframes that a whole recording's tally amounts to; null if it has no keyframe.
 * @param breaksOff whether it is known to end before it should
 */
export function indexOfTally(
  tally: Tally,
  media: MediaDescription,
  breaksOff = false,
): KeyframeIndex | null {
  const { firstPts, latest, sound } = tally
  if (tally.pts.length === 0 || firstPts === null || latest === null) return null
  const { video, audio, declaredSeconds, container } = media
  const seconds = (pts: number, [numerator, denominator]: Rational) =>
    (pts * numerator) / denominator
  const heard =
    audio && sound && sound.end > sound.start
      ? {
          startSeconds: seconds(sound.start, audio.timeBase),
          endSeconds: seconds(sound.end, audio.timeBase),
          longestStepSeconds: seconds(sound.step, audio.timeBase),
        }
      : null
  const first = seconds(firstPts, video.timeBase)
  const zero = Math.min(first, heard?.startSeconds ?? first)
  const [before, last] = latest
  const endPts = tally.endPts ?? last + (last - before)
  const shownEnd = seconds(endPts, video.timeBase) - zero
  // A transport stream declares nothing: ffprobe only guesses its duration.
  const cut =
    breaksOff ||
    (container !== 'mpegts' &&
      Math.max(shownEnd, (heard?.endSeconds ?? 0) - zero) + TRUNCATION_SLACK_SECONDS <
        declaredSeconds)
  return {
    pts: tally.pts,
    packets: tally.packets,
    bytes: tally.bytes,
    // A tally that an older version began may have none for the first of them.
    ...(tally.positions.length === tally.pts.length && { positions: tally.positions }),
    ...(tally.sounds && tally.sounds.length > 0 && { sounds: tally.sounds }),
    startPts: firstPts,
    endPts,
    ...(tally.turnsBack && { clockTurnsBack: true }),
    apartSeconds: seconds(
      Math.max(tally.apart ?? longestGroup(tally, endPts), endPts - last),
      video.timeBase,
    ),
    zeroSeconds: { video: zero, audio: zero },
    soundLeadSeconds: 0,
    audio: heard,
    truncatedAtSeconds: cut ? shownEnd : null,
  }
}

/** No two pictures are further apart than two keyframes: these are pictures too. */
function longestGroup({ pts, firstPts }: Tally, endPts: number): number {
  const moments = [firstPts ?? endPts, ...pts, endPts]
  return moments.reduce((most, at, n) => Math.max(most, at - (moments[n - 1] ?? at)), 0)
}
