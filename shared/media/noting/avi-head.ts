import { type FootageSource, readBytes } from '../source.ts'

const CHUNK_HEADER_BYTES = 8
const LIST_HEADER_BYTES = 12
/** What comes before the chunks lies within; places kept for the indexes of OpenDML make it that long. */
export const AVI_HEAD_BYTES = 64 * 1024
/** Further apart, picture and sound are not read in one go: ffmpeg's muxers wait no longer than 10 s. */
export const MOST_APART_SECONDS = 8
/** Of a list of chunks. There are 32 bits for its length, which many read with a sign. */
export const LONGEST_LIST_BYTES = 2 ** 31

/** What an AVI file has before its chunks: up to and with the head of the list `movi`. */
export type AviHead = {
  bytes: Buffer
  /** The content of the list `hdrl`, which describes the tracks. */
  hdrl: Buffer
}

/** Null where the list `movi` is not found. */
export async function readAviHead(
  source: FootageSource,
  signal: AbortSignal,
): Promise<AviHead | null> {
  const bytes = await readBytes(source, 0, Math.min(AVI_HEAD_BYTES, source.size), signal)
  let hdrl: Buffer = Buffer.alloc(0)
  for (let at = LIST_HEADER_BYTES; at + LIST_HEADER_BYTES <= bytes.length; ) {
    const size = bytes.readUInt32LE(at + 4)
    const end = at + LIST_HEADER_BYTES
    const kind = bytes.toString('latin1', at + CHUNK_HEADER_BYTES, end)
    if (kind === 'movi') return { bytes: bytes.subarray(0, end), hdrl }
    if (kind === 'hdrl') hdrl = bytes.subarray(end, at + CHUNK_HEADER_BYTES + size)
    at += CHUNK_HEADER_BYTES + size + (size & 1)
  }
  return null
}
