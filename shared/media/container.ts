import { isUtf8 } from 'node:buffer'
import type { Container } from './description.ts'

/** Bytes of the head that `identifyContainer` wants to see. */
export const HEAD_BYTES = 4096

/** The demuxer to force, or why none is. */
export type Identified =
  | { container: Container }
  | { container: null; reason: 'not-a-recording' | 'disguised'; detail: string }

const TS_PACKET_BYTES = 188
/** Blu-ray and some cameras put a four-byte timecode before each packet. */
const M2TS_PACKET_BYTES = 192
/** Some receivers leave the 16 bytes of error correction after each packet. */
const FEC_PACKET_BYTES = 204
const FIRST_BOXES = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'uuid', 'styp']

/**
 * Tells from the first bytes which demuxer may open a recording. Names and declared types play no
 * part. ffmpeg is then forced to that demuxer, so that a playlist, a script or a polyglot is at
 * worst a damaged recording and never an instruction to fetch something.
 */
export function identifyContainer(head: Buffer): Identified {
  if (FIRST_BOXES.includes(head.toString('latin1', 4, 8))) return { container: 'mov' }
  if (head.length >= 4 && head.readUInt32BE(0) === 0x1a45dfa3) return { container: 'matroska' }
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 11) === 'AVI')
    return { container: 'avi' }
  if (
    hasSync(head, 0, TS_PACKET_BYTES) ||
    hasSync(head, 4, M2TS_PACKET_BYTES) ||
    hasSync(head, 0, FEC_PACKET_BYTES)
  )
    return { container: 'mpegts' }
  return isText(head)
    ? {
        container: null,
        reason: 'disguised',
        detail: 'It is text, such as a playlist or a script, and not a recording.',
      }
    : {
        container: null,
        reason: 'not-a-recording',
        detail: 'Its first bytes are of no container that is opened here (MP4, MOV, MKV, TS, AVI).',
      }
}

/** The sync byte of ISO/IEC 13818-1 §2.4.3.2, in three packets in a row or in all there are. */
function hasSync(head: Buffer, offset: number, packetBytes: number): boolean {
  const packets = Math.min(3, Math.floor(head.length / packetBytes))
  return (
    packets > 0 &&
    Array.from({ length: packets }, (_, n) => head[offset + n * packetBytes]).every(
      (byte) => byte === 0x47,
    )
  )
}

/** UTF-8 without control characters, up to the last character that is surely whole. */
function isText(head: Buffer): boolean {
  const whole = head.subarray(0, head.findLastIndex((byte) => byte < 0x80) + 1)
  return (
    whole.length > 0 &&
    isUtf8(whole) &&
    whole.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)
  )
}
