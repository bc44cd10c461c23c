import { z } from 'zod'
import { NoteGivenUp } from './feed.ts'

/** The clock of ISO/IEC 13818-1 §2.4.3.7 counts 33 bits of 90 kHz and then begins anew. */
const PERIOD = 2 ** 33
/** ffmpeg looks this far back from the first time that it sees, and no further. */
const BACK = 60 * 90_000
/** The first packet in the file is not always the first that ffmpeg gives. */
const DOUBT = 10 * 90_000

export const clock33Schema = z.object({ reference: z.int(), wrapsSoon: z.boolean() })
export type Clock33 = z.infer<typeof clock33Schema>

/**
 * The rule by which ffmpeg makes times continuous across the restart of that clock, from the first
 * time in the stream: within a minute of the restart it counts from below 0, else on above 2³³.
 * @throws NoteGivenUp where the rule is about to change
 */
export function startClock33(first: number): Clock33 {
  const border = PERIOD - BACK
  if (Math.abs(first - border) < DOUBT) throw new NoteGivenUp('A clock about to begin anew.')
  return { reference: first - BACK, wrapsSoon: first > border }
}

/** A time of that clock in ffmpeg's continuous count. */
export const onClock33 = ({ reference, wrapsSoon }: Clock33, time: number): number => {
  if (wrapsSoon) return time >= reference ? time - PERIOD : time
  return time < reference ? time + PERIOD : time
}
