import { z } from 'zod'
import { sha256Schema } from '../footage/sha256.ts'

const count = z.int().nonnegative()

/** Where a stretch of a file comes from: a part of a blob, or bytes made for the package. */
const packedSourceSchema = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('original'),
    blob: z.string(),
    etag: z.string(),
    versionId: z.string().nullable(),
    size: count,
  }),
  z.object({ from: z.literal('rendition'), blob: z.string(), start: count, end: count }),
  z.object({ from: z.literal('bytes'), base64: z.base64() }),
])
export type PackedSource = z.infer<typeof packedSourceSchema>

/** A large file of a package, in the stretches that it is put together from. */
const packedFileSchema = z.object({
  name: z.string(),
  size: count,
  sha256: sha256Schema.nullable().describe('what it must be; null: it is measured now'),
  sources: z.array(packedSourceSchema).min(1),
})
export type PackedFile = z.infer<typeof packedFileSchema>

/**
 * The footage of a package, settled before the first byte is written: whoever goes on with it
 * writes the same bytes to the same places.
 */
export const packingListSchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime().describe('the time that every file of the archive carries'),
  files: z.array(packedFileSchema).min(1),
})
export type PackingList = z.infer<typeof packingListSchema>

/** A file of the footage that is in the archive whole. */
const packedSchema = z.object({
  name: z.string(),
  size: count,
  crc32: count,
  offset: count,
  sha256: sha256Schema,
})
export type Packed = z.infer<typeof packedSchema>

/** How far the footage of a package has come: all that the next worker needs to go on. */
export const packingProgressSchema = z.object({
  offset: count.describe('bytes of the archive that are staged'),
  ends: z.array(count).describe('where each worker stopped: it tells the blocks that are staged'),
  packed: z.array(packedSchema),
  current: z
    .object({ offset: count, done: count, crc32: count, digest: z.string() })
    .nullable()
    .describe('the file that is written in part: where it begins, how far it is, its digests'),
  digest: z.string().describe('of the archive so far'),
})
export type PackingProgress = z.infer<typeof packingProgressSchema>

/** The length of a stretch. */
export const lengthOf = (source: PackedSource): number => {
  if (source.from === 'original') return source.size
  if (source.from === 'rendition') return source.end - source.start
  return Buffer.from(source.base64, 'base64').length
}
