import { withSpans } from '../header-cache.ts'
import type { FootageSource } from '../source.ts'
import { readMovieHeader } from './movie-header.ts'

const BOX_HEADER_BYTES = 16

/**
 * A fragmented movie as if nothing lay between its header and the fragment at `position`: a `free`
 * box (ISO/IEC 14496-12 §8.1.2) stands over it, which ffmpeg steps over. All else is where it was.
 * ffmpeg would read every fragment from the first one on to find a place in the middle.
 * @throws MalformedBoxError
 */
export async function fromFragment(
  source: FootageSource,
  position: number | null,
  signal: AbortSignal,
): Promise<FootageSource> {
  if (position === null) return source
  const header = await readMovieHeader(source, signal)
  if (header.kind !== 'fragmented') return source
  const start = header.offset + header.moov.length
  if (position - start < BOX_HEADER_BYTES) return source
  const free = Buffer.alloc(BOX_HEADER_BYTES)
  free.writeUInt32BE(1, 0)
  free.write('free', 4, 'latin1')
  free.writeBigUInt64BE(BigInt(position - start), 8)
  return withSpans(source, [{ start, bytes: free }])
}
