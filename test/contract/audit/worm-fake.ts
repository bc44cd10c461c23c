import type { WormStore } from '../../../shared/storage/blobs/worm.ts'

/** What someone who may write to storage can try, and what storage lets them. */
export type FakeWorm = WormStore & {
  /** Puts a newer version on top: the first one stays. */
  overwrite(name: string, bytes: Uint8Array): void
  /** @throws Error: a version under legal hold cannot be removed */
  remove(name: string): never
  /** Throws at that call, counted from now on, before it has any effect. */
  failAt(call: number): void
}

/**
 * A container with version-level immutability as Azure enforces it and Azurite does not: newer
 * versions are let on top of a blob, the first stays, and is under legal hold.
 */
export function fakeWorm(): FakeWorm {
  const blobs = new Map<string, [first: Buffer, ...newer: Buffer[]]>()
  let calls = 0
  let failing = Number.POSITIVE_INFINITY
  const count = () => {
    calls += 1
    if (calls === failing) throw new Error('Storage went away.')
  }
  const versionsOf = (name: string) => {
    const versions = blobs.get(name)
    if (!versions) throw new Error(`There is no blob ${name}.`)
    return versions
  }
  return {
    async create(name, bytes) {
      count()
      if (blobs.has(name)) return false
      blobs.set(name, [Buffer.from(bytes)])
      return true
    },
    async read(name) {
      count()
      return blobs.get(name)?.[0] ?? null
    },
    async *names(prefix, limit = Number.POSITIVE_INFINITY) {
      count()
      const names = [...blobs.keys()].filter((name) => name.startsWith(prefix)).toSorted()
      yield* names.slice(0, limit)
    },
    overwrite(name, bytes) {
      versionsOf(name).push(Buffer.from(bytes))
    },
    remove(name) {
      throw new Error(`${versionsOf(name).length} versions of ${name} are under legal hold.`)
    },
    failAt(call) {
      failing = calls + call
    },
  }
}
