import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import {
  type ChunkRendition,
  chunkName,
  chunkRenditionSchema,
  type FootageId,
} from '../../footage/ids.ts'
import { storyboardOutputSchema, streamOutputSchema } from '../../media/chunk-result.ts'
import { type DocumentTable, documentTable, under, valuesOf } from './documents.ts'

const published = {
  schemaVersion: z.literal(1),
  chunk: z.int().nonnegative(),
  blob: z.string(),
  manifest: z.string(),
}

/** A chunk of a rendition that may be played: where it lies and what is in it. */
const streamRowSchema = z.object({ ...published, output: streamOutputSchema })
export type StreamRow = z.infer<typeof streamRowSchema>

/** A sheet of a storyboard. */
const sheetRowSchema = z.object({ ...published, output: storyboardOutputSchema })
export type SheetRow = z.infer<typeof sheetRowSchema>

/** A sheet, or that there is none of this chunk and it need not be tried again. */
const storyboardRowSchema = z.union([
  sheetRowSchema,
  z.object({ ...published, blob: z.null(), output: z.null() }),
])
export type StoryboardRow = z.infer<typeof storyboardRowSchema>

/** Whether there is a sheet of the chunk. */
export const isSheet = (row: StoryboardRow): row is SheetRow => row.output !== null

/** Why the last attempt at a chunk failed. */
export const failureRowSchema = z.object({
  schemaVersion: z.literal(1),
  chunk: z.int().nonnegative(),
  renditions: z.array(chunkRenditionSchema),
  reason: z.string(),
  abandoned: z.boolean().describe('true: not tried again without a person’s word'),
  at: z.iso.datetime(),
})
export type FailureRow = z.infer<typeof failureRowSchema>

/** How much of a chunk ffmpeg has done, by its own account. */
const progressRowSchema = z.object({
  schemaVersion: z.literal(1),
  chunk: z.int().nonnegative(),
  rendition: chunkRenditionSchema.optional().describe('absent in older notes, which are of all'),
  fraction: z.number().min(0).max(1),
})
export type ProgressRow = z.infer<typeof progressRowSchema>

/** The rows of finished and failed chunks, beside the truth in the recording's partition. */
export type RenditionRows = {
  /** Publishes a chunk of a rendition. The first manifest wins; says whether it was this one. */
  publish(id: FootageId, kind: 'copy' | 'proxy', row: StreamRow): Promise<boolean>
  publishStoryboard(id: FootageId, row: StoryboardRow): Promise<boolean>
  /** The published chunks in playing order. There may be gaps while rendering goes on. */
  list(id: FootageId, kind: 'copy' | 'proxy'): Promise<StreamRow[]>
  listStoryboard(id: FootageId): Promise<StoryboardRow[]>
  /** One published chunk; null if it is not published (yet). */
  find(
    id: FootageId,
    kind: ChunkRendition,
    chunk: number,
  ): Promise<StreamRow | StoryboardRow | null>
  noteFailure(id: FootageId, row: FailureRow): Promise<void>
  clearFailure(id: FootageId, chunk: number): Promise<void>
  /**
   * For one attempt at these renditions of a chunk: notes how far it has come, unless an earlier
   * attempt had come further.
   */
  noteProgress(
    id: FootageId,
    chunk: number,
    renditions: readonly ChunkRendition[],
  ): (fraction: number) => Promise<void>
  /** How far each chunk that was begun has come, finished ones included. */
  listProgress(id: FootageId): Promise<ProgressRow[]>
  listFailures(id: FootageId): Promise<FailureRow[]>
  /** Removes every row that was noted of what was made of a recording. */
  clear(id: FootageId): Promise<void>
}

/** Kept in the partition of their recording, under keys that sort in playing order. */
export function createRenditionRows(table: TableClient): RenditionRows {
  const streams = documentTable(table, streamRowSchema)
  const storyboards = documentTable(table, storyboardRowSchema)
  const failures = documentTable(table, failureRowSchema)
  const progress = documentTable(table, progressRowSchema)
  const anything = documentTable(table, z.unknown())
  return {
    async publish(id, kind, row) {
      return publishFirst(streams, id, renditionKey(kind, row.chunk), row)
    },
    async publishStoryboard(id, row) {
      return publishFirst(storyboards, id, renditionKey('storyboard', row.chunk), row)
    },
    list: (id, kind) => valuesOf(streams.list(id, under(`rendition:${kind}`))),
    listStoryboard: (id) => valuesOf(storyboards.list(id, under('rendition:storyboard'))),
    async find(id, kind, chunk) {
      const rows = kind === 'storyboard' ? storyboards : streams
      return (await rows.get(id, renditionKey(kind, chunk)))?.value ?? null
    },
    async noteFailure(id, row) {
      await failures.put(id, failureKey(row.chunk), row)
    },
    async clearFailure(id, chunk) {
      const noted = await failures.get(id, failureKey(chunk))
      if (noted) await failures.remove(id, failureKey(chunk), noted.etag)
    },
    noteProgress(id, chunk, renditions) {
      // What this attempt has noted itself need not be read before the next note takes its place.
      const own = new Map<ChunkRendition, { etag: string; fraction: number }>()
      return async (fraction) => {
        for (const rendition of renditions) {
          const key = progressKey(rendition, chunk)
          const note = { schemaVersion: 1 as const, chunk, rendition, fraction }
          const last = own.get(rendition)
          if (last && last.fraction >= fraction) continue
          const noted =
            (last && (await progress.replace(id, key, note, last.etag))) ??
            (await noteIfFurther(progress, id, key, note))
          if (noted) own.set(rendition, { ...noted, fraction })
        }
      }
    },
    listProgress: (id) => valuesOf(progress.list(id, under('progress'))),
    listFailures: (id) => valuesOf(failures.list(id, under('failure'))),
    async clear(id) {
      for (const prefix of ['rendition', 'progress', 'failure']) {
        for await (const { rowKey, etag } of anything.list(id, under(prefix))) {
          await anything.remove(id, rowKey, etag)
        }
      }
    },
  }
}

/** Null: another attempt has come as far, or notes something at this moment. */
async function noteIfFurther(
  rows: DocumentTable<ProgressRow>,
  id: FootageId,
  key: string,
  note: ProgressRow,
): Promise<{ etag: string } | null> {
  const noted = await rows.get(id, key)
  if (!noted) return rows.insert(id, key, note)
  return noted.value.fraction < note.fraction ? rows.replace(id, key, note, noted.etag) : null
}

/** A manifest whose event is delivered again finds its own row and has still won. */
async function publishFirst<T extends { manifest: string }>(
  rows: DocumentTable<T>,
  id: FootageId,
  key: string,
  row: T,
): Promise<boolean> {
  if (await rows.insert(id, key, row)) return true
  return (await rows.get(id, key))?.value.manifest === row.manifest
}

const renditionKey = (kind: ChunkRendition, chunk: number): string =>
  `rendition:${kind}:${chunkName(chunk)}`

const progressKey = (rendition: ChunkRendition, chunk: number): string =>
  `progress:${rendition}:${chunkName(chunk)}`

const failureKey = (chunk: number): string => `failure:${chunkName(chunk)}`
