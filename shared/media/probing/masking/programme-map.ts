import { programmeMap } from '../../noting/transport-tables.ts'

/** A track in the map of a programme: where its entry lies in the payload of the packet. */
export type MapEntry = { pid: number; at: number; end: number }

/**
 * The tracks of a map (ISO/IEC 13818-1 §2.4.4.8) that lies in one packet.
 * @throws NoteGivenUp where it does not
 */
export function mapEntries(payload: Buffer): MapEntry[] {
  const section = programmeMap(payload)
  const start = section.byteOffset - payload.byteOffset
  const entries: MapEntry[] = []
  let at = 12 + (section.readUInt16BE(10) & 0xfff)
  while (at + 5 <= section.length) {
    const end = at + 5 + (section.readUInt16BE(at + 3) & 0xfff)
    const pid = section.readUInt16BE(at + 1) & 0x1fff
    if (end <= section.length) entries.push({ pid, at: start + at, end: start + end })
    at = end
  }
  return entries
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
