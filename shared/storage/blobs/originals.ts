import { type FootageId, metadataBlobName, type PartName, partBlobName } from '../../footage/ids.ts'
import type { DeclaredPart, OriginalPart } from '../../footage/parts.ts'
import type { FootageSource } from '../../media/source.ts'
import { CHANGED, EXISTS, MISSING, unless } from '../answers.ts'
import type { StorageClients } from '../clients.ts'
import type { SasSigner, SignedUrl } from '../sas.ts'
import {
  type BlobVersion,
  COPY_PART_BYTES,
  type CopyPart,
  type CopyProgress,
  DOWNLOAD_RETRIES,
  type StagedCopy,
  stageCopy,
} from './hashing-copy.ts'
import { putJson } from './put-json.ts'

/** The metadata of an original blob, in which its verified digest travels with the bytes. */
const SHA256_METADATA = 'sha256'
/** And the ETag that the bytes had in landing: the same upload is not verified twice. */
const LANDED_METADATA = 'landedetag'

/** Where an original came to rest. */
export type CommittedOriginal = { blob: string; etag: string; versionId: string | null }

/** An original with what was verified of it, and the ETag that it had in landing. */
export type FoundOriginal = CommittedOriginal & {
  sha256: string
  size: number
  landedEtag: string
}

/** Verified recordings and their sidecars. Nothing here is ever changed; nothing is made visible unverified. */
export type Originals = {
  /**
   * Copies a landed part, or as much of it as one worker may, into staged blocks and measures it.
   * It is no original before `commit`.
   */
  stage(
    id: FootageId,
    part: PartName,
    landed: BlobVersion,
    work: Omit<CopyPart, 'partBytes'>,
  ): Promise<{ staged: StagedCopy } | { progress: CopyProgress }>
  /**
   * Makes staged blocks the original, under legal hold until it is categorised. If another worker
   * was first, with the same bytes, theirs is the original.
   * @throws Error if there is an original with other bytes
   */
  commit(
    id: FootageId,
    part: PartName,
    declared: DeclaredPart,
    landed: BlobVersion,
    staged: StagedCopy,
  ): Promise<CommittedOriginal>
  /** The original if there is one, with its verified digest. */
  find(id: FootageId, part: PartName): Promise<FoundOriginal | null>
  /** The bytes of exactly the version that was secured. */
  source(original: Pick<OriginalPart, 'blob' | 'etag' | 'versionId' | 'size'>): FootageSource
  /** Keeps a recording's metadata beside it, so that the tables can be rebuilt from storage. */
  putMetadata(id: FootageId, metadata: unknown): Promise<void>
  /** A short-lived URL of exactly the version that was secured, which browsers save under that name. */
  signRead(
    original: Pick<OriginalPart, 'blob' | 'versionId'>,
    lifeMs: number,
    downloadName: string,
  ): Promise<SignedUrl>
}

/** @param partBytes how much one worker copies at most, a multiple of the copy's block size */
export function createOriginals(
  clients: StorageClients,
  sign: SasSigner,
  partBytes: number = COPY_PART_BYTES,
): Originals {
  const container = clients.container('originals')
  const target = (id: FootageId, part: PartName) =>
    container.getBlockBlobClient(partBlobName(id, part))

  const find: Originals['find'] = async (id, part) => {
    const properties = await unless([MISSING], () => target(id, part).getProperties())
    if (!properties) return null
    return {
      blob: partBlobName(id, part),
      etag: properties.etag ?? '',
      versionId: properties.versionId ?? null,
      sha256: properties.metadata?.[SHA256_METADATA] ?? '',
      landedEtag: properties.metadata?.[LANDED_METADATA] ?? '',
      size: properties.contentLength ?? 0,
    }
  }

  return {
    find,
    stage(id, part, landed, work) {
      const source = clients.container('landing').getBlobClient(partBlobName(id, part))
      return stageCopy(source, landed, target(id, part), { ...work, partBytes })
    },
    async commit(id, part, declared, landed, staged) {
      const committed = await unless([EXISTS, CHANGED], () =>
        target(id, part).commitBlockList(staged.blockIds, {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: declared.contentType },
          metadata: { [SHA256_METADATA]: staged.sha256, [LANDED_METADATA]: landed.etag },
          legalHold: true,
        }),
      )
      if (committed) {
        return {
          blob: partBlobName(id, part),
          etag: committed.etag ?? '',
          versionId: committed.versionId ?? null,
        }
      }
      const present = await find(id, part)
      if (present?.sha256 === staged.sha256) return present
      throw new Error(
        `Original ${partBlobName(id, part)} exists with other bytes; nothing was changed.`,
      )
    },
    source({ blob, etag, versionId, size }) {
      const client = container.getBlobClient(blob)
      const version = versionId ? client.withVersion(versionId) : client
      return {
        size,
        async *read(start, endExclusive, signal) {
          const { readableStreamBody } = await version.download(start, endExclusive - start, {
            conditions: { ifMatch: etag },
            maxRetryRequests: DOWNLOAD_RETRIES,
            abortSignal: signal,
          })
          if (!readableStreamBody) throw new Error(`Storage sent no body for ${blob}.`)
          yield* readableStreamBody as AsyncIterable<Buffer>
        },
      }
    },
    putMetadata: (id, metadata) =>
      putJson(container.getBlockBlobClient(metadataBlobName(id)), metadata),
    signRead: ({ blob, versionId }, lifeMs, downloadName) =>
      sign({ container: 'originals', blob, versionId, use: 'read', lifeMs, downloadName }),
  }
}
