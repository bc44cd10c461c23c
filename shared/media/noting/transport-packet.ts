import { NoteGivenUp } from './feed.ts'

/** The first byte of every packet (ISO/IEC 13818-1 §2.4.3.3). */
export const SYNC = 0x47
export const TS_PACKET_BYTES = 188

/** Whether a table or a PES packet begins in this packet. */
export const startsUnit = (bytes: Buffer, at: number): boolean =>
  ((bytes[at + 1] ?? 0) & 0x40) !== 0

/** Where the payload begins, after an adaptation field (§2.4.3.4); the packet's end if it has none. */
export function payloadStart(bytes: Buffer, at: number): number {
  const control = bytes[at + 3] ?? 0
  if ((control & 0x10) === 0) return at + TS_PACKET_BYTES
  const start = (control & 0x20) === 0 ? at + 4 : at + 5 + (bytes[at + 4] ?? 0)
  if (start > at + TS_PACKET_BYTES) throw new NoteGivenUp('An adaptation field beyond its packet.')
  return start
}

/** Whether a packet brings payload of a track; packets must follow each other without a gap. */
export function continues(
  track: { continuity: number | null },
  bytes: Buffer,
  at: number,
): boolean {
  if (((bytes[at + 1] ?? 0) & 0x80) !== 0) throw new NoteGivenUp('A packet received with errors.')
  const control = bytes[at + 3] ?? 0
  if ((control & 0xc0) !== 0) throw new NoteGivenUp('A scrambled packet.')
  if ((control & 0x10) === 0) return false
  const expected = track.continuity === null ? control & 0xf : (track.continuity + 1) & 0xf
  if ((control & 0xf) !== expected) throw new NoteGivenUp('A packet is missing.')
  track.continuity = expected
  return true
}
