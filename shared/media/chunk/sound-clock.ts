import type { Packet } from '../mp4/fragmented.ts'
import type { TimedPacket } from '../mp4/write-fragment.ts'

/** Containers that count milliseconds make frames of sound jitter by less than this. */
const JITTER_SECONDS = 0.003

/**
 * Gives frames of sound their final times: one directly after the other, as they were recorded,
 * unless a frame is off by more than rounding can explain.
 */
export class SoundClock {
  readonly #zero: number
  readonly #timescale: number
  #expected: number | null = null

  /** @param zero time that becomes 0, in the track's timescale */
  constructor(zero: number, timescale: number) {
    this.#zero = zero
    this.#timescale = timescale
  }

  add({ pts, duration, data }: Packet): TimedPacket {
    const own = Math.max(0, pts - this.#zero)
    const expected = this.#expected ?? own
    const joined = Math.abs(own - expected) <= JITTER_SECONDS * this.#timescale
    const at = joined || own < expected ? expected : own
    this.#expected = at + duration
    return { dts: at, pts: at, duration, keyframe: true, data }
  }
}
