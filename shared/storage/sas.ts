import {
  BlobSASPermissions,
  type BlobServiceClient,
  SASProtocol,
  type UserDelegationKey,
} from '@azure/storage-blob'
import { z } from 'zod'
import type { ContainerName, StorageClients } from './clients.ts'

const MINUTE_MS = 60_000
/** The longest life of a SAS. */
const LONGEST_SAS_MS = 60 * MINUTE_MS
/** How long a delegation key is good for. Azure allows up to 7 days. */
const DELEGATION_KEY_LIFE_MS = 4 * 60 * MINUTE_MS
/** A SAS ends with the key that signed it: a key so close to its end signs nothing any more. */
const DELEGATION_KEY_MARGIN_MS = LONGEST_SAS_MS + 5 * MINUTE_MS
/** How far the clock of storage may be behind: a key must not begin in its future. */
const CLOCK_SKEW_MS = 5 * MINUTE_MS

/** What a SAS allows: to read one blob, or to write one and nothing else. */
export type SasUse = 'read' | 'write'

/**
 * One blob, one use, for so long; of a blob with versions the one that is named, whatever lies above
 * it. `downloadName` makes browsers save it under that name.
 */
export type SasRequest = {
  container: ContainerName
  blob: string
  versionId?: string | null
  use: SasUse
  lifeMs: number
  downloadName?: string
}

export const signedUrlSchema = z.object({
  url: z.url().meta({
    description: 'one blob in storage, with a SAS: send no token there',
    examples: ['https://footage.blob.core.windows.net/container/blob?sv=2026-02-06&sig=signature'],
  }),
  expiresAt: z.iso.datetime().describe('until when a request there may begin'),
})
export type SignedUrl = z.infer<typeof signedUrlSchema>

/** Signs URLs for single blobs. */
export type SasSigner = (request: SasRequest) => Promise<SignedUrl>

// create: to make the blob; write: to send its blocks again after a mismatch. Neither reads.
const PERMISSIONS: Record<SasUse, string> = { read: 'r', write: 'cw' }

/**
 * Signs with a user delegation key and for HTTPS only where the app has an identity, with the
 * account key only on Azurite, which is reached by connection string.
 * https://learn.microsoft.com/azure/storage/blobs/storage-blob-user-delegation-sas-create-javascript
 */
export function createSasSigner(clients: StorageClients, now: () => Date): SasSigner {
  const delegationKey = cachedDelegationKey(clients.blobs, now)
  return async ({ container, blob, versionId, use, lifeMs, downloadName }) => {
    const current = clients.container(container).getBlobClient(blob)
    const client = versionId ? current.withVersion(versionId) : current
    const expiresOn = new Date(now().getTime() + lifeMs)
    const options = {
      permissions: BlobSASPermissions.parse(PERMISSIONS[use]),
      expiresOn,
      ...(downloadName && { contentDisposition: `attachment; filename="${downloadName}"` }),
    }
    const url =
      clients.kind === 'connection-string'
        ? await client.generateSasUrl(options)
        : await client.generateUserDelegationSasUrl(
            { ...options, protocol: SASProtocol.Https },
            await delegationKey(),
          )
    return { url, expiresAt: expiresOn.toISOString() }
  }
}

function cachedDelegationKey(
  blobs: BlobServiceClient,
  now: () => Date,
): () => Promise<UserDelegationKey> {
  let current: { key: Promise<UserDelegationKey>; expiresAt: number } | null = null
  return () => {
    const time = now().getTime()
    if (!current || current.expiresAt - time < DELEGATION_KEY_MARGIN_MS) {
      const expiresAt = time + DELEGATION_KEY_LIFE_MS
      const key = blobs.getUserDelegationKey(new Date(time - CLOCK_SKEW_MS), new Date(expiresAt))
      current = { key, expiresAt }
      key.catch(() => {
        current = null
      })
    }
    return current.key
  }
}
