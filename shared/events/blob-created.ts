import { z } from 'zod'
import { BluelampError } from '../errors.ts'

/** A blob that was written whole, as storage reported it. */
export type BlobCreated = {
  container: string
  blob: string
  etag: string
  size: number
  sequencer: string
}

/**
 * The Event Grid schema of Microsoft.Storage.BlobCreated, as far as it is relied on.
 * https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
 */
const blobCreatedSchema = z
  .object({
    eventType: z.literal('Microsoft.Storage.BlobCreated'),
    subject: z.string().regex(/^\/blobServices\/default\/containers\/[^/]+\/blobs\/.+$/),
    data: z.object({
      eTag: z.string().min(1),
      contentLength: z.int().nonnegative(),
      sequencer: z.string(),
    }),
  })
  .transform(({ subject, data }): BlobCreated => {
    const [, , , , container = '', , ...blob] = subject.split('/')
    return {
      container,
      blob: blob.join('/'),
      etag: data.eTag,
      size: data.contentLength,
      sequencer: data.sequencer,
    }
  })

/**
 * Reads an event into our own type.
 * @throws BluelampError `invalid-request` for anything but a blob-created event
 */
export function parseBlobCreated(event: unknown): BlobCreated {
  const parsed = blobCreatedSchema.safeParse(event)
  if (parsed.success) return parsed.data
  throw new BluelampError(
    'invalid-request',
    `This is no blob-created event: ${z.prettifyError(parsed.error)}`,
  )
}
