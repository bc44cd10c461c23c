import type { FootageId } from '../../footage/ids.ts'
import {
  type PackageId,
  packageBlobName,
  packingListBlobName,
} from '../../records/evidence-package.ts'
import { type PackingList, packingListSchema } from '../../records/packing-list.ts'
import { CHANGED, EXISTS, MISSING, unless } from '../answers.ts'
import type { StorageClients } from '../clients.ts'
import type { SasSigner, SignedUrl } from '../sas.ts'
import { putJson } from './put-json.ts'
import { COPY_BLOCK_BYTES, stageBlocks } from './stage-blocks.ts'
import { createVersionStore, eraseVersions } from './versions.ts'

/** A finished package as it lies in storage. */
export type FoundPackage = { etag: string; size: number; sha256: string }

/** The metadata of a package in which its digest travels with it. */
const SHA256_METADATA = 'sha256'

/** Whose blocks they are: everyone's who writes the same bytes, or those of one attempt alone. */
export const ANYONE = '00000000'

/** Evidence packages: archives that are put together block by block, and are there only when whole. */
export type Packages = {
  /** Settles what goes into a package; if that was settled before, it stays. */
  settle(id: FootageId, key: PackageId, list: PackingList): Promise<PackingList>
  /** What goes into a package; null if that is not settled. */
  findPackingList(id: FootageId, key: PackageId): Promise<PackingList | null>
  /**
   * Sends bytes of the archive, from `offset` on, as blocks that nobody can read before `commit`.
   * Memory is bounded by the blocks in flight.
   * @param attempt eight characters
   * @returns where they end
   */
  stage(
    id: FootageId,
    key: PackageId,
    place: { offset: number; attempt: string },
    bytes: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<number>
  /** Makes the blocks of these stretches the package. If another was first, theirs is the package. */
  commit(id: FootageId, key: PackageId, stretches: Stretch[], sha256: string): Promise<FoundPackage>
  /** The finished package, if there is one. */
  find(id: FootageId, key: PackageId): Promise<FoundPackage | null>
  /** Removes all that is kept of a package, every version; what is gone already is no error. */
  remove(id: FootageId, key: PackageId): Promise<void>
  /** A short-lived URL; `downloadName` makes browsers save it under that name. */
  signRead(id: FootageId, key: PackageId, lifeMs: number, downloadName: string): Promise<SignedUrl>
}

/** Blocks that were staged in one go: from where to where, by whom. */
export type Stretch = { start: number; end: number; attempt: string }

/** Kept in one container, under the id of the recording. */
export function createPackages(clients: StorageClients, sign: SasSigner): Packages {
  const container = clients.container('packages')
  const archive = (id: FootageId, key: PackageId) =>
    container.getBlockBlobClient(packageBlobName(id, key))
  const listBlob = (id: FootageId, key: PackageId) =>
    container.getBlockBlobClient(packingListBlobName(id, key))

  const find: Packages['find'] = async (id, key) => {
    const properties = await unless([MISSING], () => archive(id, key).getProperties())
    return (
      properties && {
        etag: properties.etag ?? '',
        size: properties.contentLength ?? 0,
        sha256: properties.metadata?.[SHA256_METADATA] ?? '',
      }
    )
  }
  const findPackingList: Packages['findPackingList'] = async (id, key) => {
    const bytes = await unless([MISSING], () => listBlob(id, key).downloadToBuffer())
    return bytes && packingListSchema.parse(JSON.parse(bytes.toString()))
  }

  return {
    find,
    findPackingList,
    async settle(id, key, list) {
      const isFirst = await unless([EXISTS, CHANGED], async () => {
        await putJson(listBlob(id, key), list, { ifNoneMatch: '*' })
        return true
      })
      const settled = isFirst ? list : await findPackingList(id, key)
      if (!settled) throw new Error(`The packing list of package ${key} vanished.`)
      return settled
    },
    stage(id, key, { offset, attempt }, bytes, signal) {
      const blockId = (start: number, length: number) => blockIdOf(start, length, attempt)
      return stageBlocks(archive(id, key), bytes, offset, blockId, signal)
    },
    async commit(id, key, stretches, sha256) {
      const committed = await unless([EXISTS, CHANGED], () =>
        archive(id, key).commitBlockList(stretches.flatMap(blockIdsOf), {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: {
            blobContentType: 'application/zip',
            blobCacheControl: 'private, no-store',
          },
          metadata: { [SHA256_METADATA]: sha256 },
        }),
      )
      const size = stretches.at(-1)?.end ?? 0
      if (committed) return { etag: committed.etag ?? '', size, sha256 }
      const present = await find(id, key)
      if (!present) throw new Error(`Package ${key} was finished by another and is gone.`)
      return present
    },
    async remove(id, key) {
      // Both begin with it, and so does nothing else.
      await eraseVersions(createVersionStore(container), `${id}/${key}.`)
    },
    signRead(id, key, lifeMs, downloadName) {
      const blob = packageBlobName(id, key)
      return sign({ container: 'packages', blob, use: 'read', lifeMs, downloadName })
    },
  }
}

function blockIdsOf({ start, end, attempt }: Stretch): string[] {
  const ids: string[] = []
  for (let offset = start; offset < end; offset += COPY_BLOCK_BYTES) {
    ids.push(blockIdOf(offset, Math.min(COPY_BLOCK_BYTES, end - offset), attempt))
  }
  return ids
}

/**
 * Names a block by the bytes that it holds: a repeated one falls on the same block, and one that was
 * cut elsewhere is another. Block ids of one blob must all be equally long.
 */
const blockIdOf = (offset: number, length: number, attempt: string): string =>
  Buffer.from(
    `${String(offset).padStart(14, '0')}${String(length).padStart(8, '0')}${attempt}`,
  ).toString('base64')
