import type { Packet } from '../mp4/fragmented.ts'
import type { TimedPacket } from '../mp4/write-fragment.ts'

/**
 * Packets that must be seen before a decoding time is certain. H.264 and HEVC reorder by at most
 * 16 pictures (DPB size: ITU-T H.264 A.3.1, H.265 A.4.2).
 */
const LOOKAHEAD_PACKETS = 20

/**
 * Gives the pictures of a chunk their decoding times: the n-th packet is decoded at the n-th
 * smallest presentation time (composition offsets are signed). So decoding times fill exactly the
 * span from a chunk's first picture to the first of the next, whatever the encoder's delay, and
 * chunks made apart join without gap or overlap.
 */
export class PictureClock {
  readonly #waiting: Packet[] = []
  readonly #times: number[] = []
  readonly #zero: number

  /** @param zero presentation time that becomes 0 */
  constructor(zero: number) {
    this.#zero = zero
  }

  /** Takes a packet in decoding order and gives those whose times are certain now. */
  *add(packet: Packet): Generator<TimedPacket> {
    this.#waiting.push(packet)
    insertSorted(this.#times, Math.max(0, packet.pts - this.#zero))
    if (this.#waiting.length > LOOKAHEAD_PACKETS) yield* this.#next()
  }

  /** Gives what is left; `endPts` is the first moment after the chunk, null where unknown. */
  *finish(endPts: number | null): Generator<TimedPacket> {
    const last = this.#waiting.reduce<Packet | null>(
      (latest, packet) => (latest && latest.pts > packet.pts ? latest : packet),
      null,
    )
    if (!last) return
    const end = endPts ?? last.pts + Math.max(1, last.duration)
    this.#times.push(Math.max(end - this.#zero, (this.#times.at(-1) ?? 0) + 1))
    while (this.#waiting.length > 0) yield* this.#next()
  }

  *#next(): Generator<TimedPacket> {
    const packet = this.#waiting.shift()
    const dts = this.#times.shift()
    if (!packet || dts === undefined) return
    // Two pictures at one time: the later one waits a tick, as players demand.
    if (this.#times[0] !== undefined && this.#times[0] <= dts) this.#times[0] = dts + 1
    const duration = (this.#times[0] ?? dts + 1) - dts
    yield {
      dts,
      pts: Math.max(0, packet.pts - this.#zero),
      duration,
      keyframe: packet.keyframe,
      data: packet.data,
    }
  }
}

function insertSorted(times: number[], time: number): void {
  let at = times.length
  while (at > 0 && (times[at - 1] ?? 0) > time) at--
  times.splice(at, 0, time)
}
