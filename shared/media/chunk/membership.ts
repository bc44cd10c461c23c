/**
 * Which packets belong to a chunk, decided on the packets themselves, so that chunks made apart
 * share nothing out twice and lose nothing.
 */

/** A picture belongs to the chunk of the keyframe that it follows in decoding order. */
export class PictureMembership {
  readonly #start: number | null
  readonly #end: number | null
  #place: 'before' | 'within' | 'after'
  #firstBeyond: number | null = null
  #left: number

  /**
   * First keyframe of this chunk and of the next; null: from the beginning, to the end. Where a
   * recording is cut off, `limit` keeps out the packet of which only a part is there.
   */
  constructor(start: number | null, end: number | null, limit = Number.POSITIVE_INFINITY) {
    this.#start = start
    this.#end = end
    this.#left = limit
    this.#place = start === null ? 'within' : 'before'
  }

  /** Whether the next packet in decoding order belongs to the chunk. */
  keeps({ pts, keyframe }: { pts: number; keyframe: boolean }): boolean {
    if (keyframe) this.#place = this.#placeOf(pts)
    if (this.#place === 'after') this.#firstBeyond = Math.min(this.#firstBeyond ?? pts, pts)
    return this.#place === 'within' && this.#left-- > 0
  }

  /** When the next chunk's first picture is shown: before its keyframe, in an open group. */
  get end(): number | null {
    return this.#firstBeyond ?? this.#end
  }

  #placeOf(pts: number): 'before' | 'within' | 'after' {
    if (this.#start !== null && pts < this.#start) return 'before'
    return this.#end !== null && pts >= this.#end ? 'after' : 'within'
  }
}

/** A frame of sound belongs to the chunk in which it begins to be heard. */
export class SoundMembership {
  readonly #start: number
  readonly #end: number

  constructor(start: number, end: number) {
    this.#start = start
    this.#end = end
  }

  keeps({ pts }: { pts: number }): boolean {
    return pts >= this.#start && pts < this.#end
  }
}
