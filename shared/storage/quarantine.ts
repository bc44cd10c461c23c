import type { FootageId, PartName } from '../footage/ids.ts'
import { partBlobName, quarantineBlobName } from '../footage/ids.ts'
import { CHANGED, EXISTS, unless } from './answers.ts'
import type { StorageClients } from './clients.ts'
import { type StagedCopy, stageCopy } from './hashing-copy.ts'
import type { SasSigner, SignedUrl } from './sas.ts'

/** One failed attempt to upload a part. */
export type FailedAttempt = { id: FootageId; part: PartName; attempt: number }

/** Bytes that were not what the dock declared. They are kept: they may be all that there is. */
export type Quarantine = {
  /** Copies a landed part into staged blocks and measures it. It is not kept before `commit`. */
  stage(failed: FailedAttempt, etag: string, signal: AbortSignal): Promise<StagedCopy>
  /** Keeps what was staged; says where. */
  commit(failed: FailedAttempt, staged: StagedCopy): Promise<string>
  /** Puts quarantined bytes back into landing, for a person has accepted them as they are. */
  putBack(id: FootageId, part: PartName, blob: string, signal: AbortSignal): Promise<void>
  /** A short-lived URL to inspect quarantined bytes. */
  signRead(blob: string, lifeMs: number): Promise<SignedUrl>
}

export function createQuarantine(clients: StorageClients, sign: SasSigner): Quarantine {
  const quarantine = clients.container('quarantine')
  const landing = clients.container('landing')
  const nameOf = ({ id, part, attempt }: FailedAttempt) => quarantineBlobName(id, part, attempt)
  return {
    stage(failed, etag, signal) {
      const landed = landing.getBlobClient(partBlobName(failed.id, failed.part))
      return stageCopy(landed, etag, quarantine.getBlockBlobClient(nameOf(failed)), signal)
    },
    async commit(failed, { blockIds }) {
      // Kept already by a worker that died before it could say so: the same bytes.
      await unless([EXISTS, CHANGED], () =>
        quarantine
          .getBlockBlobClient(nameOf(failed))
          .commitBlockList(blockIds, { conditions: { ifNoneMatch: '*' } }),
      )
      return nameOf(failed)
    },
    async putBack(id, part, blob, signal) {
      const kept = quarantine.getBlobClient(blob)
      const { etag } = await kept.getProperties()
      const target = landing.getBlockBlobClient(partBlobName(id, part))
      const { blockIds } = await stageCopy(kept, etag ?? '', target, signal)
      await target.commitBlockList(blockIds)
    },
    signRead(blob, lifeMs) {
      return sign({ container: 'quarantine', blob, use: 'read', lifeMs })
    },
  }
}
