import { Readable } from 'node:stream'
import type { BlockBlobClient } from '@azure/storage-blob'
import { stageBlock } from './stage-block.ts'

/** 8 MiB: few requests, and 50,000 blocks (the most a blob may have) hold 390 GiB. */
export const COPY_BLOCK_BYTES = 8 * 1024 * 1024
/** How many blocks are on their way to storage while the next is being read. */
export const BLOCKS_IN_FLIGHT = 4

/**
 * Sends bytes to storage as blocks that nobody can read before they are committed. Memory is
 * bounded by the blocks in flight, and is the same however many bytes there are.
 * @param start where the first of these bytes belongs in the blob
 * @param blockId names a block by where it begins and how long it is
 * @returns where they end
 */
export async function stageBlocks(
  target: BlockBlobClient,
  bytes: AsyncIterable<Uint8Array>,
  start: number,
  blockId: (offset: number, length: number) => string,
  signal: AbortSignal,
): Promise<number> {
  // Memory that was sent is filled again: blocks of their own each would pile up until collected.
  const sent: Buffer[] = []
  let end = start
  const blocks = async function* () {
    for await (const block of blocksOf(bytes, () => sent.pop() ?? newBlock())) {
      yield { block, id: blockId(end, block.length) }
      end += block.length
    }
  }
  await Readable.from(blocks(), { highWaterMark: 1 }).forEach(
    async ({ block, id }: { block: Buffer; id: string }) => {
      await stageBlock(target, id, block, signal)
      if (block.length === COPY_BLOCK_BYTES) sent.push(block)
    },
    { concurrency: BLOCKS_IN_FLIGHT, signal },
  )
  return end
}

/** Of its own allocation, so that pages which are never written cost nothing. */
const newBlock = (): Buffer => Buffer.allocUnsafeSlow(COPY_BLOCK_BYTES)

/** Gathers bytes into blocks of full size; the last one may be shorter. */
async function* blocksOf(
  bytes: AsyncIterable<Uint8Array>,
  emptyBlock: () => Buffer,
): AsyncGenerator<Buffer> {
  let block = emptyBlock()
  let filled = 0
  for await (const piece of bytes) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + block.length - filled)
      block.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < block.length) continue
      yield block
      block = emptyBlock()
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}
