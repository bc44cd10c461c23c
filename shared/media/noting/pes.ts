import { NoteGivenUp } from './feed.ts'

/** What the header of a PES packet says (ISO/IEC 13818-1 §2.4.3.6), in ticks of 90 kHz. */
export type PesHeader = { pts: number; dts: number; bytes: number }

/**
 * The header of a PES packet at the beginning of the payload of a transport packet.
 * @throws NoteGivenUp if there is none, or one without a time
 */
export function readPesHeader(payload: Buffer): PesHeader {
  if (payload.length < 14 || payload.readUIntBE(0, 3) !== 1)
    throw new NoteGivenUp('A PES packet without its beginning.')
  const flags = payload.readUInt8(7)
  const bytes = 9 + payload.readUInt8(8)
  if ((flags & 0x80) === 0 || bytes > payload.length)
    throw new NoteGivenUp('A PES packet without a time.')
  const pts = readTime(payload, 9)
  return { pts, dts: (flags & 0x40) !== 0 && bytes >= 19 ? readTime(payload, 14) : pts, bytes }
}

const readTime = (bytes: Buffer, at: number): number =>
  ((bytes.readUInt8(at) >> 1) & 7) * 2 ** 30 +
  (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 +
  (bytes.readUInt16BE(at + 3) >> 1)
