import {
  type FootageId,
  type PartName,
  partBlobName,
  quarantineBlobName,
} from '../../footage/ids.ts'
import { CHANGED, EXISTS, MISSING, unless } from '../answers.ts'
import type { ContainerName, StorageClients } from '../clients.ts'
import type { SasSigner, SignedUrl } from '../sas.ts'
import type { BlobVersion } from './hashing-copy.ts'

/** Storage copies by itself, from a URL that must outlive the longest copy. */
const COPY_SAS_LIFE_MS = 60 * 60_000

/** Bytes that were not what the dock declared. They are kept: they may be all that there is. */
export type Quarantine = {
  /** Keeps the bytes of one failed attempt to upload a part; says where. */
  keep(id: FootageId, part: PartName, landed: BlobVersion): Promise<string>
  /**
   * Puts quarantined bytes back into landing, for a person has accepted them as they are. False if
   * something has landed there in the meantime: that is verified first.
   */
  putBack(id: FootageId, part: PartName, blob: string): Promise<boolean>
  /** A short-lived URL to inspect quarantined bytes. */
  signRead(blob: string, lifeMs: number): Promise<SignedUrl>
}

/** Kept in a container of its own, a blob for each attempt that failed. */
export function createQuarantine(clients: StorageClients, sign: SasSigner): Quarantine {
  const copy = async (
    from: { container: ContainerName; blob: string; etag?: string },
    to: { container: ContainerName; blob: string },
  ): Promise<boolean> => {
    const { url } = await sign({ ...from, use: 'read', lifeMs: COPY_SAS_LIFE_MS })
    const target = clients.container(to.container).getBlobClient(to.blob)
    const copying = await unless([EXISTS, CHANGED], () =>
      target.beginCopyFromURL(url, {
        ...(from.etag && { sourceConditions: { ifMatch: from.etag } }),
        conditions: { ifNoneMatch: '*' },
      }),
    )
    if (!copying) return false
    const { copyStatus } = await copying.pollUntilDone()
    if (copyStatus !== 'success') {
      throw new Error(`Storage could not copy to ${to.container}/${to.blob}: ${copyStatus}.`)
    }
    return true
  }
  /** Not copied: because it is there already and whole, or because the source is another by now. */
  const isKept = async (blob: string): Promise<boolean> => {
    const client = clients.container('quarantine').getBlobClient(blob)
    const kept = await unless([MISSING], () => client.getProperties())
    return kept?.copyStatus === 'success'
  }
  return {
    async keep(id, part, { etag }) {
      const blob = quarantineBlobName(id, part, etag)
      const copied = await copy(
        { container: 'landing', blob: partBlobName(id, part), etag },
        { container: 'quarantine', blob },
      )
      if (copied || (await isKept(blob))) return blob
      throw new Error(
        `${partBlobName(id, part)} was not kept in quarantine; it has to be tried again.`,
      )
    },
    putBack: (id, part, blob) =>
      copy(
        { container: 'quarantine', blob },
        { container: 'landing', blob: partBlobName(id, part) },
      ),
    signRead: (blob, lifeMs) => sign({ container: 'quarantine', blob, use: 'read', lifeMs }),
  }
}
