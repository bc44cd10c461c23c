/**
 * The box structure of ISO/IEC 14496-12 §4.2, over bytes that may lie: every size is checked
 * against the box around it.
 */

/** Raised when boxes contradict each other; callers turn it into "damaged". */
export class MalformedBoxError extends Error {
  override readonly name = 'MalformedBoxError'
}

/** A box inside `bytes`: its four-letter type and where its content begins and ends. */
export type Box = { type: string; start: number; bodyStart: number; end: number }

/** Size and type from the first 16 bytes of a box. `size` 0 means: up to the end of the file. */
export function readBoxHeader(bytes: Buffer): { type: string; size: number; headerBytes: number } {
  if (bytes.length < 8) throw new MalformedBoxError('A box header is cut off.')
  const size = bytes.readUInt32BE(0)
  const type = bytes.toString('latin1', 4, 8)
  if (size !== 1) return { type, size, headerBytes: 8 }
  if (bytes.length < 16) throw new MalformedBoxError('A box with a long size is cut off.')
  return { type, size: safeInteger(bytes.readBigUInt64BE(8)), headerBytes: 16 }
}

/** The boxes directly inside `bytes` from `start` to `end`. */
export function* boxesIn(bytes: Buffer, start = 0, end = bytes.length): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    const header = readBoxHeader(bytes.subarray(at, Math.min(at + 16, end)))
    const boxEnd = header.size === 0 ? end : at + header.size
    if (boxEnd < at + header.headerBytes || boxEnd > end)
      throw new MalformedBoxError(
        `Box ${printable(header.type)} of ${header.size} bytes does not fit the ${end - at} bytes around it.`,
      )
    yield { type: header.type, start: at, bodyStart: at + header.headerBytes, end: boxEnd }
    at = boxEnd
  }
}

/** The first box at a path of types, e.g. `['mdia', 'minf', 'stbl']`, or null. */
export function findBox(bytes: Buffer, within: Box, path: readonly string[]): Box | null {
  let box: Box | null = within
  for (const type of path) {
    if (!box) return null
    box = firstChild(bytes, box, type)
  }
  return box
}

function firstChild(bytes: Buffer, within: Box, type: string): Box | null {
  for (const child of boxesIn(bytes, within.bodyStart, within.end))
    if (child.type === type) return child
  return null
}

/** A 64-bit number that JavaScript can count with. */
export function safeInteger(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new MalformedBoxError(`Number ${value} is absurd.`)
  return number
}

const printable = (type: string): string => type.replace(/[^\x20-\x7e]/g, '?')
