import type { ContainerClient } from '@azure/storage-blob'
import { MISSING, unless } from '../answers.ts'

/** One version of a blob, with what storage keeps it by. */
export type BlobVersionKept = {
  name: string
  /** Null where storage keeps no versions. */
  versionId: string | null
  isCurrent: boolean
  legalHold: boolean
  retention: { until: string; locked: boolean } | null
}

/**
 * The versions of blobs, as a container with version-level immutability has them.
 * https://learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies
 */
export type VersionStore = {
  list(prefix: string): AsyncIterable<BlobVersionKept>
  releaseLegalHold(version: BlobVersionKept): Promise<void>
  /** Storage lets go of an unlocked policy only. */
  releaseRetention(version: BlobVersionKept): Promise<void>
  /**
   * Removes a version. Of the current one, storage makes a former version first, if it keeps any,
   * and that is to be removed as well.
   */
  remove(version: BlobVersionKept): Promise<void>
}

/** Until when a locked policy keeps some of these blobs; null if none does. */
export async function retainedUntil(
  store: VersionStore,
  prefix: string,
  now: Date,
): Promise<string | null> {
  let latest: string | null = null
  for await (const { retention } of store.list(prefix)) {
    if (!retention?.locked || Date.parse(retention.until) <= now.getTime()) continue
    if (latest === null || retention.until > latest) latest = retention.until
  }
  return latest
}

/** How often all versions are looked for again: those that were current come back once. */
const ROUNDS = 5

/**
 * Removes blobs with all their versions. What kept them until somebody decided on them, a legal hold
 * or an unlocked policy, is released first; a locked policy is left to refuse. May be called again
 * at any point.
 * @returns how many versions were removed
 * @throws Error if some are still there in the end; what storage throws for a locked policy
 */
export async function eraseVersions(store: VersionStore, prefix: string): Promise<number> {
  let removed = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const versions = await Array.fromAsync(store.list(prefix))
    if (versions.length === 0) return removed
    for (const version of versions) {
      if (version.legalHold) await store.releaseLegalHold(version)
      if (version.retention && !version.retention.locked) await store.releaseRetention(version)
      await store.remove(version)
      removed += 1
    }
  }
  throw new Error(`Blobs under ${prefix} are still there after ${ROUNDS} attempts to remove them.`)
}

/** The versions in a container. Soft delete, where it is on, keeps what is removed for its days. */
export function createVersionStore(container: ContainerClient): VersionStore {
  const client = ({ name, versionId, isCurrent }: BlobVersionKept) => {
    const blob = container.getBlobClient(name)
    return versionId && !isCurrent ? blob.withVersion(versionId) : blob
  }
  return {
    async *list(prefix) {
      const found = container.listBlobsFlat({
        prefix,
        includeVersions: true,
        includeImmutabilityPolicy: true,
        includeLegalHold: true,
      })
      for await (const { name, versionId, isCurrentVersion, properties } of found) {
        const { legalHold, immutabilityPolicyExpiresOn, immutabilityPolicyMode } = properties
        yield {
          name,
          versionId: versionId ?? null,
          isCurrent: isCurrentVersion ?? versionId === undefined,
          legalHold: legalHold ?? false,
          retention: immutabilityPolicyExpiresOn
            ? {
                until: immutabilityPolicyExpiresOn.toISOString(),
                locked: immutabilityPolicyMode?.toLowerCase() === 'locked',
              }
            : null,
        }
      }
    },
    async releaseLegalHold(version) {
      await client(version).setLegalHold(false)
    },
    async releaseRetention(version) {
      await client(version).deleteImmutabilityPolicy()
    },
    async remove(version) {
      await unless([MISSING], () => client(version).delete())
    },
  }
}
