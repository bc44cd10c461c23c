import { createHash } from 'node:crypto'
import type { Segment } from '../chunk-result.ts'
import { type TimedPacket, writeFragment } from '../mp4/write-fragment.ts'
import { endsSegment, type SegmentBounds } from '../segments.ts'

/** A segment with more than this is written as several fragments, to bound memory. */
const FRAGMENT_BYTES = 8 * 1024 * 1024

/** A track of the file; `shift` is added to its composition offsets (see `withEditList`). */
export type WrittenTrack = { id: number; timescale: number; shift: number }

/**
 * Groups packets into CMAF segments (ISO/IEC 23000-19 §7.3.2) and writes them one after the other.
 * Sound goes into the segment in which it is heard, as far as it has arrived by then.
 */
export class SegmentWriter {
  readonly #write: (bytes: Buffer) => Promise<void>
  readonly #video: WrittenTrack
  readonly #audio: WrittenTrack | null
  readonly #bounds: SegmentBounds
  readonly #hash = createHash('sha256')
  readonly #segments: Segment[] = []
  #pictures: TimedPacket[] = []
  #sounds: TimedPacket[] = []
  #heldBytes = 0
  #sequence = 0
  #bytes = 0
  #segment: { start: number; firstByte: number; independent: boolean } | null = null
  #end = 0

  constructor(
    write: (bytes: Buffer) => Promise<void>,
    tracks: { video: WrittenTrack; audio: WrittenTrack | null },
    bounds: SegmentBounds,
  ) {
    this.#write = write
    this.#video = tracks.video
    this.#audio = tracks.audio
    this.#bounds = bounds
  }

  /** The initialisation section, before anything else. */
  async begin(initialisation: Buffer): Promise<void> {
    await this.#put(initialisation)
  }

  async addPicture(packet: TimedPacket): Promise<void> {
    const lasted = (packet.dts - (this.#segment?.start ?? 0)) / this.#video.timescale
    if (this.#segment && endsSegment(lasted, packet.keyframe, this.#bounds))
      await this.#endSegment(packet.dts)
    this.#segment ??= {
      start: packet.dts,
      firstByte: this.#bytes,
      independent: packet.keyframe,
    }
    this.#pictures.push(packet)
    this.#end = packet.dts + packet.duration
    this.#heldBytes += packet.data.length
    if (this.#heldBytes > FRAGMENT_BYTES) await this.#endFragment(this.#end)
  }

  addSound(packet: TimedPacket): void {
    this.#sounds.push(packet)
    this.#heldBytes += packet.data.length
  }

  /** Writes what is left and tells what the file has become. */
  async finish(): Promise<{ bytes: number; sha256: string; segments: Segment[]; endDts: number }> {
    if (this.#segment) await this.#endSegment(this.#end, Number.POSITIVE_INFINITY)
    return {
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
      segments: this.#segments,
      endDts: this.#end,
    }
  }

  async #endSegment(end: number, soundsBefore = this.#inSound(end)): Promise<void> {
    await this.#endFragment(end, soundsBefore)
    if (!this.#segment) return
    const { start, firstByte, independent } = this.#segment
    this.#segments.push({
      durationSeconds: (end - start) / this.#video.timescale,
      bytes: this.#bytes - firstByte,
      independent,
    })
    this.#segment = null
  }

  async #endFragment(end: number, soundsBefore = this.#inSound(end)): Promise<void> {
    const later = this.#sounds.findIndex(({ pts }) => pts >= soundsBefore)
    const sounds = later < 0 ? this.#sounds : this.#sounds.slice(0, later)
    this.#sounds = later < 0 ? [] : this.#sounds.slice(later)
    const pieces = writeFragment(++this.#sequence, [
      { ...this.#video, packets: this.#pictures },
      ...(this.#audio ? [{ ...this.#audio, packets: sounds }] : []),
    ])
    this.#pictures = []
    this.#heldBytes = this.#sounds.reduce((sum, { data }) => sum + data.length, 0)
    await this.#put(Buffer.concat(pieces))
  }

  /** A moment of the pictures in the timescale of sound. */
  #inSound(dts: number): number {
    return this.#audio ? (dts * this.#audio.timescale) / this.#video.timescale : 0
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    await this.#write(bytes)
  }
}
