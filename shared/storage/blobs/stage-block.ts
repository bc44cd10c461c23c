import { createHash } from 'node:crypto'
import type { BlockBlobClient } from '@azure/storage-blob'

/**
 * Sends one block that nobody can read before it is committed. Storage checks it on arrival against
 * its MD5, so that what changed on its way never becomes part of a blob. Without a checksum storage
 * makes one of its own, which Azurite does at 60 MB/s.
 */
export async function stageBlock(
  target: BlockBlobClient,
  id: string,
  block: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await target.stageBlock(id, block, block.length, {
    transactionalContentMD5: createHash('md5').update(block).digest(),
    abortSignal: signal,
  })
}
