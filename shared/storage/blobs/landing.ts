import { z } from 'zod'
import { type FootageId, type PartName, partBlobName } from '../../footage/ids.ts'
import { CHANGED, MISSING, unless } from '../answers.ts'
import type { StorageClients } from '../clients.ts'
import type { SasSigner, SignedUrl } from '../sas.ts'
import type { BlobVersion } from './hashing-copy.ts'

/** How long a dock may write before it must ask again. */
const UPLOAD_SAS_LIFE_MS = 60 * 60_000

/** A block that has arrived and waits to be committed. */
export const pendingBlockSchema = z.object({
  id: z.string().describe('block id, base64, as it was sent'),
  size: z.int().describe('bytes'),
})
export type PendingBlock = z.infer<typeof pendingBlockSchema>

/** Where docks put what they upload, until it is secured or quarantined. */
export type Landing = {
  /** A URL that can write this one blob and nothing else. */
  signUpload(id: FootageId, part: PartName): Promise<SignedUrl>
  /** Blocks that have arrived but are not yet committed. A write-only SAS cannot list them. */
  pendingBlocks(id: FootageId, part: PartName): Promise<PendingBlock[]>
  /** The committed blob, or null if there is none. */
  find(id: FootageId, part: PartName): Promise<BlobVersion | null>
  /** Removes a blob if it is still the one of that ETag, as storage spells it. */
  remove(id: FootageId, part: PartName, etag: string): Promise<void>
}

/** Kept in the container that docks write to, a blob a part. */
export function createLanding(clients: StorageClients, sign: SasSigner): Landing {
  const blob = (id: FootageId, part: PartName) =>
    clients.container('landing').getBlockBlobClient(partBlobName(id, part))
  return {
    signUpload(id, part) {
      const name = partBlobName(id, part)
      return sign({ container: 'landing', blob: name, use: 'write', lifeMs: UPLOAD_SAS_LIFE_MS })
    },
    async pendingBlocks(id, part) {
      const list = await unless([MISSING], () => blob(id, part).getBlockList('uncommitted'))
      return (list?.uncommittedBlocks ?? []).map(({ name, size }) => ({ id: name, size }))
    },
    async find(id, part) {
      const found = await unless([MISSING], () => blob(id, part).getProperties())
      return found && { etag: found.etag ?? '', size: found.contentLength ?? 0 }
    },
    async remove(id, part, etag) {
      await unless([MISSING, CHANGED], () =>
        blob(id, part).delete({ conditions: { ifMatch: etag } }),
      )
    },
  }
}
