import type { FootageId, PartName } from '../footage/ids.ts'
import { partBlobName, quarantineBlobName } from '../footage/ids.ts'
import { CHANGED, EXISTS, unless } from './answers.ts'
import type { ContainerName, StorageClients } from './clients.ts'
import type { BlobVersion } from './hashing-copy.ts'
import type { SasSigner, SignedUrl } from './sas.ts'

/** Storage copies by itself, from a URL that must outlive the longest copy. */
const COPY_SAS_LIFE_MS = 60 * 60_000

/** Bytes that were not what the dock declared. They are kept: they may be all that there is. */
export type Quarantine = {
  /** Keeps the bytes of one failed attempt to upload a part; says where. */
  keep(id: FootageId, part: PartName, attempt: number, landed: BlobVersion): Promise<string>
  /** Puts quarantined bytes back into landing, for a person has accepted them as they are. */
  putBack(id: FootageId, part: PartName, blob: string): Promise<void>
  /** A short-lived URL to inspect quarantined bytes. */
  signRead(blob: string, lifeMs: number): Promise<SignedUrl>
}

export function createQuarantine(clients: StorageClients, sign: SasSigner): Quarantine {
  const copy = async (
    from: { container: ContainerName; blob: string; etag?: string },
    to: { container: ContainerName; blob: string; conditions?: { ifNoneMatch: string } },
  ): Promise<void> => {
    const { url } = await sign({ ...from, use: 'read', lifeMs: COPY_SAS_LIFE_MS })
    const target = clients.container(to.container).getBlobClient(to.blob)
    const copying = await target.beginCopyFromURL(url, {
      ...(from.etag && { sourceConditions: { ifMatch: from.etag } }),
      ...(to.conditions && { conditions: to.conditions }),
    })
    const { copyStatus } = await copying.pollUntilDone()
    if (copyStatus !== 'success') {
      throw new Error(`Storage could not copy to ${to.container}/${to.blob}: ${copyStatus}.`)
    }
  }
  return {
    async keep(id, part, attempt, { etag }) {
      const kept = quarantineBlobName(id, part, attempt)
      // Kept already by a worker that died before it could say so: the same bytes.
      await unless([EXISTS, CHANGED], () =>
        copy(
          { container: 'landing', blob: partBlobName(id, part), etag },
          { container: 'quarantine', blob: kept, conditions: { ifNoneMatch: '*' } },
        ),
      )
      return kept
    },
    putBack: (id, part, blob) =>
      copy(
        { container: 'quarantine', blob },
        { container: 'landing', blob: partBlobName(id, part) },
      ),
    signRead: (blob, lifeMs) => sign({ container: 'quarantine', blob, use: 'read', lifeMs }),
  }
}
