import { NoteGivenUp } from './feed.ts'

/** An element of EBML (RFC 8794 §6.1) by its header; `size` null: not known. */
export type ElementHeader = { id: number; size: number | null; headerBytes: number }

/** The header that begins at `at`, or how many bytes more than `available` it takes to read it. */
export function readElementHeader(
  bytes: Buffer,
  at: number,
  available: number,
): ElementHeader | { wanted: number } {
  const idBytes = lengthOf(bytes[at], 4)
  if (available < idBytes + 1) return { wanted: idBytes + 1 }
  const sizeBytes = lengthOf(bytes[at + idBytes], 8)
  const headerBytes = idBytes + sizeBytes
  if (available < headerBytes) return { wanted: headerBytes }
  return {
    id: bytes.readUIntBE(at, idBytes),
    size: readVint(bytes, at + idBytes, sizeBytes),
    headerBytes,
  }
}

/** A number of variable length (§4); null if all its bits are set: not known. */
export function readVint(bytes: Buffer, at: number, length: number): number | null {
  let value = (bytes[at] ?? 0) & (0xff >> length)
  let unknown = value === 0xff >> length
  for (let n = 1; n < length; n++) {
    const byte = bytes[at + n] ?? 0
    unknown &&= byte === 0xff
    value = value * 256 + byte
  }
  if (unknown) return null
  if (!Number.isSafeInteger(value)) throw new NoteGivenUp('An element of absurd size.')
  return value
}

/** How long a number is by its first byte. */
export function lengthOf(first: number | undefined, most: number): number {
  const length = Math.clz32(first ?? 0) - 23
  if (length > most) throw new NoteGivenUp('Bytes that are no element.')
  return length
}

/** The elements inside a piece of memory. */
export function* elementsIn(bytes: Buffer): Generator<{ id: number; body: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const header = readElementHeader(bytes, at, bytes.length - at)
    if ('wanted' in header || header.size === null) throw new NoteGivenUp('An element is cut off.')
    const start = at + header.headerBytes
    at = start + header.size
    if (at > bytes.length) throw new NoteGivenUp('An element beyond the one around it.')
    yield { id: header.id, body: bytes.subarray(start, at) }
  }
}

/** An unsigned number (§7.2) of no more than six bytes that count. */
export function readUnsigned(body: Buffer): number {
  let value = 0
  for (const byte of body) value = value * 256 + byte
  if (!Number.isSafeInteger(value)) throw new NoteGivenUp('A number that is absurd.')
  return value
}
