import { readBytes } from './mp4/movie-header.ts'
import type { FootageSource } from './source.ts'

const BLOCK_BYTES = 2 * 1024 * 1024
const BLOCKS = 4

/**
 * The same recording, read in blocks of which the latest few stay in memory. For a fragmented
 * movie: ffmpeg goes to and fro between the picture and the sound of each fragment.
 */
export function withRecentBlocks(source: FootageSource): FootageSource {
  const blocks = new Map<number, Buffer>()
  const blockAt = async (start: number, signal: AbortSignal): Promise<Buffer> => {
    const end = Math.min(start + BLOCK_BYTES, source.size)
    const block = blocks.get(start) ?? (await readBytes(source, start, end, signal))
    // Set anew: a map gives up its oldest entries first.
    blocks.delete(start)
    blocks.set(start, block)
    for (const oldest of blocks.keys()) {
      if (blocks.size <= BLOCKS) break
      blocks.delete(oldest)
    }
    return block
  }
  return {
    size: source.size,
    async *read(start, endExclusive, signal) {
      for (let at = start; at < endExclusive; ) {
        const blockStart = at - (at % BLOCK_BYTES)
        const block = await blockAt(blockStart, signal)
        const piece = block.subarray(at - blockStart, endExclusive - blockStart)
        yield piece
        at += piece.length
      }
    },
  }
}
