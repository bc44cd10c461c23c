import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import type { FootageId, PartName } from '../../footage/ids.ts'
import type { CopyProgress } from '../blobs/hashing-copy.ts'
import { documentTable, under } from './documents.ts'

const progressSchema = z.object({
  schemaVersion: z.literal(1),
  etag: z.string(),
  offset: z.int().positive(),
  digest: z.string(),
})

const PREFIX = 'securing'

/**
 * How far the securing of a long part has come. Whoever works on the same upload writes the same
 * progress, so a late writer can at most cause a part to be copied again onto the same blocks.
 */
export type SecuringProgress = {
  /** Where to go on with the upload of that ETag; null to begin. */
  find(id: FootageId, part: PartName, etag: string): Promise<CopyProgress | null>
  save(id: FootageId, part: PartName, etag: string, progress: CopyProgress): Promise<void>
  /** Forgets how far the parts of a recording had come. */
  clear(id: FootageId): Promise<void>
}

/** Kept in the partition of the recording, a row a part. */
export function createSecuringProgress(table: TableClient): SecuringProgress {
  const rows = documentTable(table, progressSchema)
  const key = (part: PartName): string => `${PREFIX}:${part}`
  return {
    async find(id, part, etag) {
      const stored = await rows.get(id, key(part))
      return stored?.value.etag === etag ? stored.value : null
    },
    async save(id, part, etag, { offset, digest }) {
      await rows.put(id, key(part), { schemaVersion: 1, etag, offset, digest })
    },
    async clear(id) {
      for await (const { rowKey, etag } of rows.list(id, under(PREFIX))) {
        await rows.remove(id, rowKey, etag)
      }
    },
  }
}
