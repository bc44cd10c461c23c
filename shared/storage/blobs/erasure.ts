import type { FootageId } from '../../footage/ids.ts'
import type { ContainerName } from '../clients.ts'
import { eraseVersions, retainedUntil, type VersionStore } from './versions.ts'

/** Where bytes of a recording may lie, each under its id. The original goes last: it is the proof. */
export const FOOTAGE_CONTAINERS = [
  'landing',
  'quarantine',
  'packages',
  'renditions',
  'originals',
] as const satisfies readonly ContainerName[]

/** Takes the bytes of a recording out of storage, every version of them. */
export type Erasure = {
  /** Until when storage itself refuses to let go of them; null if it does not. */
  retainedUntil(id: FootageId): Promise<string | null>
  /** Removes all that was made of it, packages included, and leaves the original. */
  eraseDerived(id: FootageId): Promise<number>
  /** Removes everything. May be called again at any point. @returns how many blobs were removed */
  erase(id: FootageId): Promise<number>
}

/** @param versions the versions that a container keeps */
export function createErasure(
  versions: (container: ContainerName) => VersionStore,
  now: () => Date,
): Erasure {
  const prefixOf = (id: FootageId): string => `${id}/`
  return {
    retainedUntil: (id) => retainedUntil(versions('originals'), prefixOf(id), now()),
    async eraseDerived(id) {
      const packages = await eraseVersions(versions('packages'), prefixOf(id))
      return packages + (await eraseVersions(versions('renditions'), prefixOf(id)))
    },
    async erase(id) {
      let removed = 0
      for (const container of FOOTAGE_CONTAINERS) {
        removed += await eraseVersions(versions(container), prefixOf(id))
      }
      return removed
    },
  }
}
