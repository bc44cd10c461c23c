import type { InitialisedTrack } from './initialisation.ts'

/** A stretch of fragments in which playback may begin. */
export type IndexedSegment = { bytes: number; durationSeconds: number; independent: boolean }

const FIXED_BYTES = 40
const ENTRY_BYTES = 12
/** Starts with a stream access point of type 1 or 2, as closed groups of pictures do. */
const STARTS_WITH_SAP = 0x90000000

/**
 * The segment index (`sidx`, ISO/IEC 14496-12 §8.16.3) over segments that follow it directly.
 * Players learn from it how long a fragmented file lasts, and where to read when one jumps.
 */
export function segmentIndex(
  track: Pick<InitialisedTrack, 'id' | 'timescale'>,
  startSeconds: number,
  segments: readonly IndexedSegment[],
): Buffer {
  const box = Buffer.alloc(FIXED_BYTES + ENTRY_BYTES * segments.length)
  box.writeUInt32BE(box.length, 0)
  box.write('sidx', 4, 'latin1')
  // Version 1: the two numbers after the timescale have 64 bits.
  box.writeUInt32BE(1 << 24, 8)
  box.writeUInt32BE(track.id, 12)
  // The track's own: ffmpeg takes the sum of all durations for that of the track.
  box.writeUInt32BE(track.timescale, 16)
  box.writeBigUInt64BE(BigInt(Math.round(startSeconds * track.timescale)), 20)
  box.writeUInt16BE(segments.length, 38)
  segments.forEach(({ bytes, durationSeconds, independent }, index) => {
    const at = FIXED_BYTES + ENTRY_BYTES * index
    box.writeUInt32BE(bytes, at)
    box.writeUInt32BE(Math.round(durationSeconds * track.timescale), at + 4)
    box.writeUInt32BE(independent ? STARTS_WITH_SAP : 0, at + 8)
  })
  return box
}
