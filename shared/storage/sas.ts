import {
  BlobSASPermissions,
  type BlobServiceClient,
  SASProtocol,
  type UserDelegationKey,
} from '@azure/storage-blob'
import type { ContainerName, StorageClients } from './clients.ts'

const MINUTE_MS = 60_000
/** How long a delegation key is used before a new one is asked for. Azure allows up to 7 days. */
const DELEGATION_KEY_LIFE_MS = 60 * MINUTE_MS
/** A SAS must end before the key that signed it: a key this close to its end is not used any more. */
const DELEGATION_KEY_MARGIN_MS = 35 * MINUTE_MS

/** What a SAS allows: to read one blob, or to write one and nothing else. */
export type SasUse = 'read' | 'write'

/** One blob, one use, for so long. `downloadName` makes browsers save it under that name. */
export type SasRequest = {
  container: ContainerName
  blob: string
  use: SasUse
  lifeMs: number
  downloadName?: string
}

export type SignedUrl = { url: string; expiresAt: string }

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
  return async ({ container, blob, use, lifeMs, downloadName }) => {
    const client = clients.container(container).getBlobClient(blob)
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
      const key = blobs.getUserDelegationKey(new Date(time), new Date(expiresAt))
      current = { key, expiresAt }
      key.catch(() => {
        current = null
      })
    }
    return current.key
  }
}
