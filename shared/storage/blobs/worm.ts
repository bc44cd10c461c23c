import type { ContainerClient } from '@azure/storage-blob'
import { EXISTS, MISSING, unless } from '../answers.ts'

/**
 * Small blobs that are written once and never change. Version-level immutability does not stop a
 * newer version on top of a blob, nor a delete that hides it behind a marker: what counts is the
 * first version of each name, which nobody can remove.
 * https://learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies
 */
export type WormStore = {
  /** Stores a blob under legal hold; false if the name was ever used. */
  create(name: string, bytes: Uint8Array): Promise<boolean>
  /** The first version of a blob, whatever was done after it; null if there never was one. */
  read(name: string): Promise<Buffer | null>
  /** The names that begin with a prefix, in their order, hidden ones too. */
  names(prefix: string, limit?: number): AsyncIterable<string>
}

/** The largest page that the blob service gives. */
const PAGE_SIZE = 5000

/** @param container keeps the versions of its blobs, wherever storage can */
export function createWormStore(container: ContainerClient): WormStore {
  const versions = (prefix: string, pageSize: number) =>
    container.listBlobsFlat({ prefix, includeVersions: true }).byPage({ maxPageSize: pageSize })

  return {
    async create(name, bytes) {
      if ((await firstVersion(name)) !== null) return false
      const client = container.getBlockBlobClient(name)
      const written = await unless([EXISTS], () =>
        client.upload(bytes, bytes.length, {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: contentTypeOf(name) },
          legalHold: true,
        }),
      )
      return written !== null
    },
    async read(name) {
      const first = await firstVersion(name)
      if (!first) return null
      const client = container.getBlobClient(name)
      const version = first.versionId ? client.withVersion(first.versionId) : client
      return unless([MISSING], () => version.downloadToBuffer())
    },
    async *names(prefix, limit = Number.POSITIVE_INFINITY) {
      let last: string | null = null
      let given = 0
      for await (const page of versions(prefix, Math.min(limit, PAGE_SIZE))) {
        for (const { name } of page.segment.blobItems) {
          if (name === last) continue
          if (given === limit) return
          yield name
          last = name
          given += 1
        }
      }
    },
  }

  async function firstVersion(name: string): Promise<{ versionId: string | null } | null> {
    let first: string | null = null
    let found = false
    for await (const page of versions(name, PAGE_SIZE)) {
      for (const blob of page.segment.blobItems) {
        if (blob.name !== name) return found ? { versionId: first } : null
        found = true
        // Version ids are times; storage that keeps no versions gives none.
        if (blob.versionId && (first === null || blob.versionId < first)) first = blob.versionId
      }
    }
    return found ? { versionId: first } : null
  }
}

const contentTypeOf = (name: string): string =>
  name.endsWith('.json') ? 'application/json' : 'application/octet-stream'
