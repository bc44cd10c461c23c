import { hash } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Descent } from '../chunk-result.ts'
import type { MediaDescription } from '../description.ts'
import { MediaError } from '../errors.ts'

/** NAL units that a muxer moves or drops: parameter sets and access unit delimiters. */
const MOVED_UNITS = {
  // ITU-T H.264 table 7-1: SPS, PPS, access unit delimiter.
  h264: { first: 7, last: 9, filter: 'h264_mp4toannexb', typeOf: (head: number) => head & 0x1f },
  // ITU-T H.265 table 7-1: VPS, SPS, PPS, access unit delimiter.
  hevc: {
    first: 32,
    last: 35,
    filter: 'hevc_mp4toannexb',
    typeOf: (head: number) => (head >> 1) & 0x3f,
  },
} as const

/**
 * The form in which packets of the original and of its stream copy are the same bytes. Containers
 * without an index of their own units carry Annex B, which MP4 does not: there both are compared
 * as NAL units, without those that MP4 keeps elsewhere.
 */
export const comparedForm = ({ container, video }: MediaDescription): Descent['form'] =>
  (container === 'mpegts' || container === 'avi') && video.codec in MOVED_UNITS ? 'annex-b' : 'raw'

/** Options of ffmpeg that bring the packets of the original into the form compared. */
export function comparedFormOptions(media: MediaDescription): string[] {
  if (comparedForm(media) === 'raw') return []
  const { filter, first, last } = unitsOf(media)
  return ['-bsf:v', `${filter},filter_units=remove_types=${first}-${last}`]
}

/** A packet of the stream copy in the form compared. */
export function inComparedForm(media: MediaDescription, packet: Buffer): Buffer {
  if (comparedForm(media) === 'raw') return packet
  const { first, last, typeOf } = unitsOf(media)
  const pieces: Buffer[] = []
  for (let at = 0; at + 4 < packet.length; ) {
    const end = at + 4 + packet.readUInt32BE(at)
    const type = typeOf(packet[at + 4] ?? 0)
    if (type < first || type > last) {
      // Annex B.1.2: the first unit of an access unit has a zero byte more before its start code.
      pieces.push(pieces.length === 0 ? FIRST_START_CODE : START_CODE)
      pieces.push(withoutTrailingZeros(packet.subarray(at + 4, end)))
    }
    at = end
  }
  return Buffer.concat(pieces)
}

/**
 * Compares the pictures of a stream copy with those of the original, packet by packet: ffmpeg
 * hashes what it takes from the original, and the copy is hashed as it is written. Both come in
 * step, so only the hashes by which one is ahead of the other are kept, however long the chunk.
 */
export class DescentProof {
  readonly #media: MediaDescription
  readonly #originals: string[] = []
  /** Null: it belongs to a neighbouring chunk. */
  readonly #copies: (string | null)[] = []
  #compared = 0
  #packets = 0
  #foreign: number | null = null

  constructor(media: MediaDescription) {
    this.#media = media
  }

  /** Reads the output of `-f framehash -hash sha256`: a packet a line, its hash the sixth field. */
  async readOriginal(pipe: Readable): Promise<void> {
    for await (const line of createInterface({ input: pipe })) {
      const digest = /^0,(?:[^,]*,){4} *([0-9a-f]{64})/.exec(line)?.[1]
      if (digest === undefined) continue
      this.#originals.push(digest)
      this.#compare()
    }
  }

  /** Takes every packet of the copy in the order in which ffmpeg wrote it. */
  addCopied(packet: Buffer, kept: boolean): void {
    this.#copies.push(kept ? hash('sha256', inComparedForm(this.#media, packet)) : null)
    this.#compare()
  }

  /** Hashes of either that the other has not come to yet. */
  get waiting(): number {
    return this.#originals.length + this.#copies.length
  }

  /** @throws MediaError `output-wrong` if a packet of the copy is not the original's */
  conclude(): Descent {
    const beyond = this.#copies.findIndex((digest) => digest !== null)
    if (beyond >= 0) this.#foreign ??= this.#compared + beyond
    if (this.#foreign !== null)
      throw new MediaError(
        'chunk',
        'output-wrong',
        `Packet ${this.#foreign} of a stream copy is not the packet of the original.`,
      )
    return { form: comparedForm(this.#media), packets: this.#packets }
  }

  #compare(): void {
    while (this.#originals.length > 0 && this.#copies.length > 0) {
      const [original, copy] = [this.#originals.shift(), this.#copies.shift()]
      if (copy !== null) {
        this.#packets++
        if (copy !== original) this.#foreign ??= this.#compared
      }
      this.#compared++
    }
  }
}

const FIRST_START_CODE = Buffer.from([0, 0, 0, 1])
const START_CODE = FIRST_START_CODE.subarray(1)

const unitsOf = ({ video }: MediaDescription) =>
  video.codec === 'hevc' ? MOVED_UNITS.hevc : MOVED_UNITS.h264

/** Annex B.1.1: zeros after a unit belong to the stream and not to the unit. */
function withoutTrailingZeros(unit: Buffer): Buffer {
  let end = unit.length
  while (end > 0 && unit[end - 1] === 0) end--
  return unit.subarray(0, end)
}
