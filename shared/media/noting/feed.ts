import { z } from 'zod'

/** No unit that a parser waits for is larger: a fragment's header with a hundred thousand samples. */
const MAX_UNIT_BYTES = 8 * 1024 * 1024

/** Raised by a parser that meets something it does not know for certain: there will be no note. */
export class NoteGivenUp extends Error {
  override readonly name = 'NoteGivenUp'
}

/** A parser that is given a stream unit by unit: a packet, a box header, an element. */
export type UnitReader = {
  /** How many bytes the next unit has. */
  readonly need: number
  /**
   * Takes the unit of `need` bytes that begins at `at` in `bytes` and at `position` in the file.
   * Returns by how many bytes to go on, at least `need`: what lies beyond the unit is skipped
   * unseen. 0 if it has found `need` too small and raised it.
   */
  take(bytes: Buffer, at: number, position: number): number
}

/** Where a feed stopped. */
export const feedStateSchema = z.object({
  position: z.int().nonnegative(),
  skip: z.int().nonnegative(),
  held: z.base64(),
})
export type FeedState = z.infer<typeof feedStateSchema>

/** Gives a reader whole units of a stream that comes in buffers of any cut. Holds at most one unit. */
export class Feed {
  readonly #reader: UnitReader
  #position: number
  #skip: number
  #held: Buffer

  constructor(reader: UnitReader, state: FeedState = { position: 0, skip: 0, held: '' }) {
    this.#reader = reader
    this.#position = state.position
    this.#skip = state.skip
    this.#held = Buffer.from(state.held, 'base64')
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
      } else if (this.#held.length === 0 && left >= this.#reader.need) {
        this.#skip = this.#take(bytes, at)
      } else {
        const piece = bytes.subarray(at, at + this.#reader.need - this.#held.length)
        this.#held = Buffer.concat([this.#held, piece])
        at += piece.length
        if (this.#held.length === this.#reader.need) this.#takeHeld()
      }
    }
  }

  /** Whether the stream so far ends where a unit ends. */
  get atBorder(): boolean {
    return this.#skip === 0 && this.#held.length === 0
  }

  state(): FeedState {
    return {
      position: this.#position,
      skip: this.#skip,
      held: this.#held.toString('base64'),
    }
  }

  #takeHeld(): void {
    const advance = this.#take(this.#held, 0)
    if (advance === 0) return
    this.#position += this.#held.length
    this.#skip = advance - this.#held.length
    this.#held = Buffer.alloc(0)
  }

  #take(bytes: Buffer, at: number): number {
    const { need } = this.#reader
    const advance = this.#reader.take(bytes, at, this.#position)
    if (advance === 0 && this.#reader.need <= need) throw new Error('A parser waits in vain.')
    if (advance !== 0 && advance < need) throw new Error('A parser goes back.')
    if (this.#reader.need > MAX_UNIT_BYTES)
      throw new NoteGivenUp(`A unit of ${this.#reader.need} bytes.`)
    return advance
  }
}
