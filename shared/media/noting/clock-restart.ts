/** No track of one recording goes back by so much. */
const BACK_TICKS = 90_000

/**
 * Tells where in a transport stream the clock begins anew: there lies another recording behind the
 * first, as where a camera was switched off and on. Its times are those of the first once more.
 */
export class ClockRestart {
  /** The latest keyframe and the one before it: a single one may be far ahead by damage alone. */
  #keyframe = Number.NEGATIVE_INFINITY
  #before = Number.POSITIVE_INFINITY
  #sound = Number.NEGATIVE_INFINITY
  #soundBackAt: number | null = null
  #at: number | null = null

  /** The byte at which the other recording begins; null while there is none. */
  get at(): number | null {
    return this.#at
  }

  /** A picture that decoding can begin with: these come in the order of their times. */
  keyframe(pts: number, position: number): void {
    if (this.#at !== null) return
    if (pts < this.#keyframe - BACK_TICKS && pts <= this.#before)
      this.#at = this.#soundBackAt ?? position
    if (Number.isFinite(this.#keyframe)) this.#before = this.#keyframe
    this.#keyframe = pts
    this.#soundBackAt = null
  }

  /** Whether the frame of sound follows those before it; else it may be of another recording. */
  follows(pts: number, position: number): boolean {
    if (pts < this.#sound - BACK_TICKS) {
      this.#soundBackAt ??= position
      return false
    }
    this.#sound = pts
    return true
  }
}
