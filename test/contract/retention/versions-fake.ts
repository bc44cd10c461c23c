import type { BlobVersionKept, VersionStore } from '../../../shared/storage/blobs/versions.ts'

/** What is kept of one version, and of which blob. */
export type FakeVersion = Omit<BlobVersionKept, 'isCurrent' | 'versionId'>

/**
 * A container with versions and version-level immutability as Azure enforces it and Azurite does
 * not: removing the current version makes a former one of it; no version goes that is under legal
 * hold or under a policy that has not ended; a locked policy cannot be released.
 */
export function fakeVersions(now: Date, initial: readonly FakeVersion[]) {
  const names = initial.map(({ name }) => name)
  let versions: BlobVersionKept[] = initial.map((version, position) => ({
    ...version,
    versionId: String(position),
    isCurrent: names.lastIndexOf(version.name) === position,
  }))
  const refuse = (name: string, why: string): never => {
    throw new Error(`BlobImmutableDueTo${why}: ${name}`)
  }
  const find = ({ versionId }: BlobVersionKept): BlobVersionKept => {
    const found = versions.find((version) => version.versionId === versionId)
    if (!found) throw new Error('There is no such version.')
    return found
  }
  const store: VersionStore = {
    async *list(prefix) {
      yield* versions.filter(({ name }) => name.startsWith(prefix)).map((one) => ({ ...one }))
    },
    async releaseLegalHold(version) {
      find(version).legalHold = false
    },
    async releaseRetention(version) {
      if (find(version).retention?.locked) refuse(version.name, 'Policy')
      find(version).retention = null
    },
    async remove(version) {
      const found = find(version)
      if (found.isCurrent) {
        found.isCurrent = false
        return
      }
      if (found.legalHold) refuse(found.name, 'LegalHold')
      const { retention } = found
      if (retention && Date.parse(retention.until) > now.getTime()) refuse(found.name, 'Policy')
      versions = versions.filter((one) => one !== found)
    },
  }
  return { store, left: () => versions.map(({ name }) => name) }
}
