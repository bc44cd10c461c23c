import { z } from 'zod'

/** No unit that a parser waits for is larger: a fragment's header with a hundred thousand samples. */
const MAX_UNIT_BYTES = 8 * 1024 * 1024

/** Raised by a parser that meets something it does not know for certain: there will be no note. */
export class NoteGivenUp extends Error {
  override readonly name = 'NoteGivenUp'
}

/** What a parser answers when it must see more of a unit first: so many bytes from its beginning. */
export type Wanted = { wanted: number }

/** A parser that is given a stream unit by unit: a packet, a box, an element. */
export type UnitReader = {
  /** How many bytes it takes to tell what a unit is. */
  readonly headBytes: number
  /**
   * Takes the unit that begins at `at` in `bytes` and at `position` in the file, of which it may
   * look at `available` bytes. Returns by how many bytes to go on, at least as many: what lies
   * beyond them is skipped unseen.
   */
  take(bytes: Buffer, at: number, available: number, position: number): number | Wanted
  /**
   * Counts what is still to be counted of a stream of this many bytes, and nothing that is not all
   * there. Returns whether the stream shows that it breaks off, though it ends where a unit ends.
   */
  finish(length: number): boolean
}

/** Where a feed stopped. */
export const feedStateSchema = z.object({
  position: z.int().nonnegative(),
  skip: z.int().nonnegative(),
  held: z.base64(),
  /** How much of the unit at hand its parser waits for. Absent in older states. */
  need: z.int().positive().optional(),
})
export type FeedState = z.infer<typeof feedStateSchema>

/** Gives a reader whole units of a stream that comes in buffers of any cut. Holds at most one unit. */
export class Feed {
  readonly #reader: UnitReader
  #position: number
  #skip: number
  #held: Buffer
  #need: number

  constructor(reader: UnitReader, state: FeedState = { position: 0, skip: 0, held: '' }) {
    this.#reader = reader
    this.#position = state.position
    this.#skip = state.skip
    this.#held = Buffer.from(state.held, 'base64')
    this.#need = state.need ?? Math.max(reader.headBytes, this.#held.length)
  }

  /** @throws NoteGivenUp, or whatever the reader throws */
  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const left = bytes.length - at
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, left)
        this.#skip -= skipped
        this.#position += skipped
        at += skipped
      } else if (this.#held.length === 0 && left >= this.#need) {
        this.#skip = this.#take(bytes, at)
      } else {
        const piece = bytes.subarray(at, at + this.#need - this.#held.length)
        this.#held = Buffer.concat([this.#held, piece])
        at += piece.length
        if (this.#held.length === this.#need) this.#takeHeld()
      }
    }
  }

  /** Whether the stream so far ends where a unit ends. */
  get atBorder(): boolean {
    return this.#skip === 0 && this.#held.length === 0
  }

  /** How many bytes it was given, those included that others were given before. */
  get length(): number {
    return this.#position + this.#held.length
  }

  state(): FeedState {
    return {
      position: this.#position,
      skip: this.#skip,
      held: this.#held.toString('base64'),
      need: this.#need,
    }
  }

  #takeHeld(): void {
    const advance = this.#take(this.#held, 0)
    if (advance === 0) return
    this.#position += this.#held.length
    this.#skip = advance - this.#held.length
    this.#held = Buffer.alloc(0)
  }

  /** Has a unit taken and returns by how much to go on; 0: more of it is needed. */
  #take(bytes: Buffer, at: number): number {
    const answer = this.#reader.take(bytes, at, this.#need, this.#position)
    if (typeof answer === 'number') {
      if (answer < this.#need) throw new Error('A parser goes back.')
      this.#need = this.#reader.headBytes
      return answer
    }
    if (answer.wanted <= this.#need) throw new Error('A parser waits in vain.')
    if (answer.wanted > MAX_UNIT_BYTES) throw new NoteGivenUp(`A unit of ${answer.wanted} bytes.`)
    this.#need = answer.wanted
    return 0
  }
}
