import { type FootageSource, readBytes } from '../source.ts'
import { MalformedBoxError, readBoxHeader } from './boxes.ts'

/** A 12-hour recording has some 37 MB; what is larger than this is not read into memory. */
const MAX_MOOV_BYTES = 128 * 1024 * 1024
/** A recording has a handful; a file made of tiny boxes is not walked to its end. */
const MAX_TOP_LEVEL_BOXES = 4096

/**
 * What the top level of an MP4 or QuickTime file holds.
 * - `indexed`: a `moov` box with its bytes
 * - `fragmented`: a `moof` follows the `moov`: the samples are not in the `moov`
 * - `unfinished`: media without a `moov`: recording was cut off before the index was written
 */
export type MovieHeader =
  | { kind: 'indexed' | 'fragmented'; moov: Buffer; offset: number }
  | { kind: 'unfinished' }

/**
 * Finds and reads the movie header, at the beginning or at the end, in a few small reads.
 * @throws MalformedBoxError if the boxes contradict themselves or the size of the file
 */
export async function readMovieHeader(
  source: FootageSource,
  signal: AbortSignal,
): Promise<MovieHeader> {
  let moov: { at: number; bytes: Buffer } | null = null
  let at = 0
  for (let count = 0; at + 8 <= source.size; count++) {
    if (count >= MAX_TOP_LEVEL_BOXES)
      throw new MalformedBoxError('Too many boxes at the top level.')
    const head = await readBytes(source, at, Math.min(at + 16, source.size), signal)
    const { type, size, headerBytes } = readBoxHeader(head)
    const end = size === 0 ? source.size : at + size
    if (end < at + headerBytes) throw new MalformedBoxError(`A box says it has ${size} bytes.`)
    if (type === 'moof') break
    if (type === 'moov') {
      if (end > source.size) throw new MalformedBoxError('The movie header is cut off.')
      if (end - at > MAX_MOOV_BYTES) throw new MalformedBoxError('The movie header is too large.')
      moov = { at, bytes: await readShared(source, at, end, signal) }
    }
    at = end
    // Media after the header: only a fragmented file has more to say, and its moof comes first.
    if (moov && type === 'mdat') break
  }
  if (!moov) return { kind: 'unfinished' }
  const fragmented = moov.bytes.includes('mvex', 0, 'latin1')
  return { kind: fragmented ? 'fragmented' : 'indexed', moov: moov.bytes, offset: moov.at }
}

/**
 * As `readBytes`, but not to be written to: what is in memory already, and comes in one piece, is
 * not copied. The header of a shift has some 40 MB.
 */
async function readShared(
  source: FootageSource,
  start: number,
  endExclusive: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const length = endExclusive - start
  let bytes: Buffer | null = null
  let filled = 0
  for await (const piece of source.read(start, endExclusive, signal)) {
    if (piece.length === length) bytes = Buffer.from(piece.buffer, piece.byteOffset, length)
    else {
      bytes ??= Buffer.allocUnsafeSlow(length)
      bytes.set(piece, filled)
    }
    filled += piece.length
  }
  if (!bytes || filled !== length)
    throw new Error(`The source gave ${filled} of ${length} bytes at ${start}.`)
  return bytes
}
