import { createHash } from 'node:crypto'
import type { BlobClient, BlockBlobClient } from '@azure/storage-blob'
import { nodeDigest, resumableDigest } from './running-digest.ts'
import { COPY_BLOCK_BYTES, stageBlocks } from './stage-blocks.ts'

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

/** What one worker does of a copy. */
export type CopyPart = {
  /** How far earlier workers came; null: there was none. */
  progress: CopyProgress | null
  signal: AbortSignal
  /** How much is copied at most, a multiple of COPY_BLOCK_BYTES. */
  partBytes?: number
  /** Sees all bytes in their order, and must be quick. */
  watch?: (bytes: Buffer) => void
}

/**
 * Copies a part of a blob, as it was at `version`, into staged blocks of another, in one stream:
 * each buffer is hashed on its way, so the digest is that of the bytes which are written.
 * Nothing becomes visible before the blocks are committed. Memory is bounded by the blocks in
 * flight, time by the length of a part; a blob longer than that is finished by further calls, by
 * whichever worker, from the progress that the last one returned. Block ids name the ETag of the
 * source: copies of different uploads can never be mixed, repeated ones fall on the same blocks.
 * @throws RestError 412 if the source is no longer the one of that ETag, 404 if it is gone
 */
export async function stageCopy(
  source: BlobClient,
  version: BlobVersion,
  target: BlockBlobClient,
  { progress, signal, partBytes = COPY_PART_BYTES, watch }: CopyPart,
): Promise<{ staged: StagedCopy } | { progress: CopyProgress }> {
  const { etag, size } = version
  const start = progress?.offset ?? 0
  const end = Math.min(size, start + partBytes)
  await using digest = size <= partBytes ? nodeDigest() : resumableDigest(progress?.digest ?? null)
  const { readableStreamBody } = await source.download(start, end - start, {
    conditions: { ifMatch: etag },
    maxRetryRequests: DOWNLOAD_RETRIES,
    abortSignal: signal,
  })
  if (!readableStreamBody) throw new Error(`Storage sent no body for ${source.name}.`)
  const hashed = async function* () {
    let offset = start
    for await (const bytes of readableStreamBody as AsyncIterable<Buffer>) {
      await digest.update(bytes)
      watch?.(bytes)
      yield bytes
      offset += bytes.length
    }
    if (offset !== end) throw new Error(`${source.name} broke off at byte ${offset} of ${end}.`)
  }
  const blockId = (offset: number) => copyBlockId(etag, offset / COPY_BLOCK_BYTES)
  await stageBlocks(target, hashed(), start, blockId, signal)
  if (end < size) return { progress: { offset: end, digest: await digest.state() } }
  const blockIds = Array.from({ length: Math.ceil(size / COPY_BLOCK_BYTES) }, (_, index) =>
    copyBlockId(etag, index),
  )
  return { staged: { size, sha256: await digest.hex(), blockIds } }
}

/** Block ids of one blob must all be equally long: 16 hexadecimal digits and 6 decimal ones. */
function copyBlockId(etag: string, index: number): string {
  const upload = createHash('sha256').update(etag).digest('hex').slice(0, 16)
  return Buffer.from(`${upload}${String(index).padStart(6, '0')}`).toString('base64')
}
