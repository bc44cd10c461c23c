/**
 * Whether a picture is one that decoding can begin with, by the rule of ffmpeg's parsers, from the
 * NAL units (ITU-T H.264 §7.4.1, H.265 §7.4.2) or start codes (ISO/IEC 14496-2 §6.2.1) that it
 * begins with.
 */

/** The codecs whose pictures are told apart here. */
export type NotedCodec = 'h264' | 'hevc' | 'mpeg4'

/** Parameter sets and messages before the first slice of a picture; beyond, it is no keyframe. */
export const MAX_HEAD_BYTES = 16 * 1024

/** Null: its first slice is not among these bytes. */
export function isRandomAccess(codec: NotedCodec, units: Iterable<Buffer>): boolean | null {
  let recoveryPoint = false
  for (const unit of units) {
    const header = unit[0]
    if (header === undefined) continue
    if (codec === 'mpeg4') {
      const coding = unit[1]
      if (header === VOP && coding !== undefined) return (coding & 0xc0) === 0
      continue
    }
    if (codec === 'hevc') {
      const type = (header >> 1) & 0x3f
      if (type < 32) return type >= 16 && type <= 23
      continue
    }
    const type = header & 0x1f
    if (type === 5) return true
    if (type === 1 || type === 2) return recoveryPoint
    if (type === 6) recoveryPoint ||= hasRecoveryPoint(unit)
  }
  return null
}

/** The units of a byte stream (Annex B). The last one may be cut off; its first byte is there. */
export function* annexBUnits(bytes: Buffer): Generator<Buffer> {
  let start = -1
  for (let at = bytes.indexOf(START_CODE); at !== -1; at = bytes.indexOf(START_CODE, at + 3)) {
    if (start !== -1) yield bytes.subarray(start, at)
    start = at + 3
  }
  if (start !== -1) yield bytes.subarray(start)
}
const START_CODE = Buffer.from([0, 0, 1])

/** The units of a sample in MP4 or Matroska, each after its length (ISO/IEC 14496-15 §5.3.2). */
export function* sizedUnits(bytes: Buffer, lengthBytes: number): Generator<Buffer> {
  for (let at = 0; at + lengthBytes < bytes.length; ) {
    const start = at + lengthBytes
    at = start + bytes.readUIntBE(at, lengthBytes)
    yield bytes.subarray(start, at)
  }
}

const RECOVERY_POINT = 6
/** `vop_start_code`; two bits after it: 0 for an intra-coded picture. */
const VOP = 0xb6

/** Looks for a recovery point among the messages of a SEI unit (H.264 §7.3.2.3). */
function hasRecoveryPoint(unit: Buffer): boolean {
  const bytes = withoutEmulation(unit)
  for (let at = 1; at + 2 < bytes.length; ) {
    const read = () => {
      let value = 0
      while (bytes[at] === 0xff) {
        value += 255
        at++
      }
      return value + (bytes[at++] ?? 0)
    }
    const [type, size] = [read(), read()]
    if (type === RECOVERY_POINT && size > 0 && at + size <= bytes.length) return true
    at += size
  }
  return false
}

/** Takes out the bytes 3 that keep start codes from appearing by chance (H.264 §7.4.1.1). */
function withoutEmulation(unit: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(unit.length)
  let [length, zeros] = [0, 0]
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    bytes[length++] = byte
  }
  return bytes.subarray(0, length)
}
