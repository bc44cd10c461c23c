import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { BlobClient, BlockBlobClient } from '@azure/storage-blob'

/** 8 MiB: few requests, and 50,000 blocks (the most a blob may have) hold 390 GiB. */
export const COPY_BLOCK_BYTES = 8 * 1024 * 1024
/** How many blocks are on their way to storage while the next is being read. */
const BLOCKS_IN_FLIGHT = 4
/** How often a broken download is taken up again where it stopped. */
export const DOWNLOAD_RETRIES = 10

/** What a copy has put down so far: staged blocks, not yet a blob. */
export type StagedCopy = { size: number; sha256: string; blockIds: string[] }

/**
 * Copies a blob as it was at `etag` into staged blocks of another, in one stream: each buffer is
 * hashed and then sent, so the digest is that of the bytes which are written. Nothing becomes
 * visible before the blocks are committed. Memory is bounded by the blocks in flight.
 * Block ids name the source's ETag: copies of different uploads can never be mixed.
 * @throws RestError 412 if the source is no longer the one of that ETag, 404 if it is gone
 */
export async function stageCopy(
  source: BlobClient,
  etag: string,
  target: BlockBlobClient,
  signal: AbortSignal,
): Promise<StagedCopy> {
  const { readableStreamBody } = await source.download(0, undefined, {
    conditions: { ifMatch: etag },
    maxRetryRequests: DOWNLOAD_RETRIES,
    abortSignal: signal,
  })
  if (!readableStreamBody) throw new Error(`Storage sent no body for ${source.name}.`)
  const digest = createHash('sha256')
  let size = 0
  let blockNumber = 0
  const measure = async function* () {
    for await (const block of blocksOf(readableStreamBody)) {
      digest.update(block)
      size += block.length
      yield block
    }
  }
  const blockIds = await Readable.from(measure(), { highWaterMark: 1 })
    .map(
      async (block: Buffer) => {
        const blockId = copyBlockId(etag, blockNumber++)
        await target.stageBlock(blockId, block, block.length, { abortSignal: signal })
        return blockId
      },
      { concurrency: BLOCKS_IN_FLIGHT, signal },
    )
    .toArray()
  return { size, sha256: digest.digest('hex'), blockIds }
}

/** Block ids of one blob must all be equally long: 16 hexadecimal digits and 6 decimal ones. */
function copyBlockId(etag: string, index: number): string {
  const upload = createHash('sha256').update(etag).digest('hex').slice(0, 16)
  return Buffer.from(`${upload}${String(index).padStart(6, '0')}`).toString('base64')
}

/** Cuts a stream into blocks of full size; the last one may be shorter. */
async function* blocksOf(stream: NodeJS.ReadableStream): AsyncIterable<Buffer> {
  let pieces: Buffer[] = []
  let length = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length < COPY_BLOCK_BYTES) continue
    const whole = Buffer.concat(pieces, length)
    let start = 0
    for (; length - start >= COPY_BLOCK_BYTES; start += COPY_BLOCK_BYTES) {
      yield whole.subarray(start, start + COPY_BLOCK_BYTES)
    }
    pieces = start < length ? [whole.subarray(start)] : []
    length -= start
  }
  if (length > 0) yield Buffer.concat(pieces, length)
}
