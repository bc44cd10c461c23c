import type { BlobRequestConditions, BlockBlobClient } from '@azure/storage-blob'

/** Makes a value the content of a blob, as JSON. */
export async function putJson(
  blob: BlockBlobClient,
  value: unknown,
  conditions: BlobRequestConditions = {},
): Promise<void> {
  const text = JSON.stringify(value)
  await blob.upload(text, Buffer.byteLength(text), {
    conditions,
    blobHTTPHeaders: { blobContentType: 'application/json' },
  })
}
