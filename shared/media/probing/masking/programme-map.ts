import { entriesIn, programmeMap } from '../../noting/transport-tables.ts'

/** A track in the map of a programme: where its entry lies in the payload of its packets. */
export type MapEntry = { pid: number; at: number; end: number }

/**
 * The tracks of a map (ISO/IEC 13818-1 §2.4.4.8), from the payload of all its packets.
 * @throws NoteGivenUp where it is not whole
 */
export function mapEntries(payload: Buffer): MapEntry[] {
  const section = programmeMap(payload)
  const start = section.byteOffset - payload.byteOffset
  return [...entriesIn(section)]
    .filter(({ end }) => end <= section.length)
    .map(({ pid, at, end }) => ({ pid, at: start + at, end: start + end }))
}

/** Whether a map that begins in this payload ends in it too (§2.4.4.1). */
export function isWhole(payload: Buffer): boolean {
  const lengthAt = 2 + (payload[0] ?? 0)
  return (
    lengthAt + 2 <= payload.length &&
    lengthAt + 2 + (payload.readUInt16BE(lengthAt) & 0xfff) <= payload.length
  )
}

/** Gives a map that was changed the checksum (§2.4.4.9) without which it is not believed. */
export function sealMap(payload: Buffer): void {
  const section = programmeMap(payload)
  const end = section.byteOffset - payload.byteOffset + section.length
  payload.writeUInt32BE(checksum(section), end)
}

/** The polynomial of annex A, most significant bit first. */
function checksum(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte << 24
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1
  }
  return sum >>> 0
}
