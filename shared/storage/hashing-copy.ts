import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { BlobClient, BlockBlobClient } from '@azure/storage-blob'
import { nodeDigest, resumableDigest } from './running-digest.ts'

/** 8 MiB: few requests, and 50,000 blocks (the most a blob may have) hold 390 GiB. */
export const COPY_BLOCK_BYTES = 8 * 1024 * 1024
/** How many blocks are on their way to storage while the next is being read. */
export const BLOCKS_IN_FLIGHT = 4
/** How often a broken download is taken up again where it stopped. */
export const DOWNLOAD_RETRIES = 10

/** 4 GiB, a multiple of the block size: what one worker copies at most, in a minute or two of its ten. */
export const COPY_PART_BYTES = 512 * COPY_BLOCK_BYTES

/** A blob as it is at one moment. */
export type BlobVersion = { etag: string; size: number }

/** A copy that is whole but not yet a blob: staged blocks, and the digest of what they hold. */
export type StagedCopy = { size: number; sha256: string; blockIds: string[] }

/** How far a long copy has come: where the next worker begins, and the digest up to there. */
export type CopyProgress = { offset: number; digest: string }

/**
 * Copies a part of a blob, as it was at `version`, into staged blocks of another, in one stream:
 * each buffer is hashed and then sent, so the digest is that of the bytes which are written.
 * Nothing becomes visible before the blocks are committed. Memory is bounded by the blocks in
 * flight, time by the length of a part; a blob longer than that is finished by further calls, by
 * whichever worker, from the progress that the last one returned. Block ids name the ETag of the
 * source: copies of different uploads can never be mixed, repeated ones fall on the same blocks.
 * @param partBytes a multiple of COPY_BLOCK_BYTES
 * @param watch sees all bytes in their order, and must be quick
 * @throws RestError 412 if the source is no longer the one of that ETag, 404 if it is gone
 */
export async function stageCopy(
  source: BlobClient,
  version: BlobVersion,
  target: BlockBlobClient,
  progress: CopyProgress | null,
  signal: AbortSignal,
  partBytes: number = COPY_PART_BYTES,
  watch: (bytes: Buffer) => void = () => {},
): Promise<{ staged: StagedCopy } | { progress: CopyProgress }> {
  const { etag, size } = version
  const start = progress?.offset ?? 0
  const end = Math.min(size, start + partBytes)
  const digest = size <= partBytes ? nodeDigest() : await resumableDigest(progress?.digest ?? null)
  const { readableStreamBody } = await source.download(start, end - start, {
    conditions: { ifMatch: etag },
    maxRetryRequests: DOWNLOAD_RETRIES,
    abortSignal: signal,
  })
  if (!readableStreamBody) throw new Error(`Storage sent no body for ${source.name}.`)
  const hashed = async function* () {
    let offset = start
    for await (const block of blocksOf(readableStreamBody)) {
      digest.update(block)
      watch(block)
      yield { block, offset }
      offset += block.length
    }
    if (offset !== end) throw new Error(`${source.name} broke off at byte ${offset} of ${end}.`)
  }
  await Readable.from(hashed(), { highWaterMark: 1 }).forEach(
    async ({ block, offset }: { block: Buffer; offset: number }) => {
      const blockId = copyBlockId(etag, offset / COPY_BLOCK_BYTES)
      await target.stageBlock(blockId, block, block.length, { abortSignal: signal })
    },
    { concurrency: BLOCKS_IN_FLIGHT, signal },
  )
  if (end < size) return { progress: { offset: end, digest: digest.state() } }
  const blockIds = Array.from({ length: Math.ceil(size / COPY_BLOCK_BYTES) }, (_, index) =>
    copyBlockId(etag, index),
  )
  return { staged: { size, sha256: digest.hex(), blockIds } }
}

/** Block ids of one blob must all be equally long: 16 hexadecimal digits and 6 decimal ones. */
function copyBlockId(etag: string, index: number): string {
  const upload = createHash('sha256').update(etag).digest('hex').slice(0, 16)
  return Buffer.from(`${upload}${String(index).padStart(6, '0')}`).toString('base64')
}

/** Cuts a stream into blocks of full size; the last one may be shorter. */
export async function* blocksOf(
  stream: NodeJS.ReadableStream | AsyncIterable<Uint8Array>,
): AsyncIterable<Buffer> {
  let pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of stream as AsyncIterable<Uint8Array>) {
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
