import type { Container } from '../description.ts'
import { type FootageSource, readBytes } from '../source.ts'

const BLOCK_BYTES = 2 * 1024 * 1024
const BLOCKS = 8

/** As a demuxer is best served: AVI's looks for picture and sound apart, packet by packet. */
export const forDemuxer = (
  source: FootageSource,
  container: Container,
  signal: AbortSignal,
): FootageSource => (container === 'avi' ? withRecentBlocks(source, signal) : source)

/**
 * The same recording, read in blocks of which the latest few stay in memory: ffmpeg goes to and fro
 * between picture and sound. A block that was begun is read to its end, though who asked for it may
 * have turned elsewhere: ffmpeg comes back. `signal` ends all reading.
 */
export function withRecentBlocks(source: FootageSource, signal: AbortSignal): FootageSource {
  const blocks = new Map<number, Promise<Buffer>>()
  const blockAt = (start: number): Promise<Buffer> => {
    const end = Math.min(start + BLOCK_BYTES, source.size)
    const block = blocks.get(start) ?? readBytes(source, start, end, signal)
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
    async *read(start, endExclusive, until) {
      for (let at = start; at < endExclusive && !until.aborted; ) {
        const blockStart = at - (at % BLOCK_BYTES)
        const block = await blockAt(blockStart)
        const piece = block.subarray(at - blockStart, endExclusive - blockStart)
        yield piece
        at += piece.length
      }
    },
  }
}
