import type { Container } from '../description.ts'
import { readMovieHeader } from '../mp4/movie-header.ts'
import { firstCluster } from '../noting/matroska-head.ts'
import { type FootageSource, withSpans } from '../source.ts'

/**
 * A recording as if nothing lay between its header and the fragment or cluster at `position`: an
 * empty element stands over it, which ffmpeg steps over. All else is where it was. ffmpeg would read
 * every fragment of a movie, and every cluster of a Matroska file without cues, from the first one
 * on to find a place in the middle.
 * @throws MalformedBoxError
 */
export async function fromPosition(
  source: FootageSource,
  container: Container,
  position: number | null,
  signal: AbortSignal,
): Promise<FootageSource> {
  if (position === null) return source
  const start =
    container === 'mov'
      ? await firstFragment(source, signal)
      : container === 'matroska'
        ? await firstCluster(source, signal)
        : null
  if (start === null || position - start < COVER_BYTES) return source
  const cover = container === 'mov' ? freeBox(position - start) : voidElement(position - start)
  return withSpans(source, [{ start, bytes: cover }])
}

/** How many bytes of a cover there really are. */
const COVER_BYTES = 16

async function firstFragment(source: FootageSource, signal: AbortSignal): Promise<number | null> {
  const header = await readMovieHeader(source, signal)
  return header.kind === 'fragmented' ? header.offset + header.moov.length : null
}

/** The head of a `free` box (ISO/IEC 14496-12 §8.1.2) of that size. */
function freeBox(size: number): Buffer {
  const head = Buffer.alloc(COVER_BYTES)
  head.writeUInt32BE(1, 0)
  head.write('free', 4, 'latin1')
  head.writeBigUInt64BE(BigInt(size), 8)
  return head
}

/** The head of a `Void` element (RFC 8794 §11.3.2) of that size, its length in eight bytes. */
function voidElement(size: number): Buffer {
  const head = Buffer.alloc(COVER_BYTES)
  head.writeBigUInt64BE((1n << 56n) | BigInt(size - 9), 1)
  head.writeUInt8(0xec, 0)
  return head
}
