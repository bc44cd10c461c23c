import { z } from 'zod'
import {
  type FootageId,
  keyframesBlobName,
  unfinishedKeyframesBlobName,
} from '../../footage/ids.ts'
import { type KeyframeNote, keyframeNoteSchema } from '../../media/noting/keyframe-note.ts'
import { type NotingState, notingStateSchema } from '../../media/noting/note-keyframes.ts'
import { MISSING, unless } from '../answers.ts'
import type { StorageClients } from '../clients.ts'
import { putJson } from './put-json.ts'

const unfinishedSchema = z.object({
  schemaVersion: z.literal(1),
  etag: z.string(),
  offset: z.int().positive(),
  noting: notingStateSchema,
})

/** How far a note has come: for the upload of that ETag, up to that byte. */
export type NotedUpTo = { etag: string; offset: number }

/**
 * The keyframes that were noted of recordings while they were secured, finished and unfinished.
 * Blobs, because twelve hours of keyframes do not fit a row of a table.
 */
export type KeyframeNotes = {
  /** The note of exactly these bytes, or null. */
  find(id: FootageId, sourceSha256: string): Promise<KeyframeNote | null>
  /** Keeps a finished note; an unfinished one goes. */
  put(id: FootageId, note: KeyframeNote): Promise<void>
  /** Where another worker stopped, if it stopped there; else null. */
  findUnfinished(id: FootageId, at: NotedUpTo): Promise<NotingState | null>
  putUnfinished(id: FootageId, at: NotedUpTo, noting: NotingState): Promise<void>
  /** Removes what will not be finished. */
  removeUnfinished(id: FootageId): Promise<void>
}

/** Kept among the renditions of the recording. */
export function createKeyframeNotes(clients: StorageClients): KeyframeNotes {
  const container = clients.container('renditions')
  /** Null also where another release wrote in another way: what is missing is scanned. */
  const readJson = async <T>(blob: string, schema: z.ZodType<T>): Promise<T | null> => {
    const bytes = await unless([MISSING], () => container.getBlobClient(blob).downloadToBuffer())
    return bytes && (schema.safeParse(JSON.parse(bytes.toString())).data ?? null)
  }
  const removeUnfinished = async (id: FootageId): Promise<void> => {
    await container.getBlobClient(unfinishedKeyframesBlobName(id)).deleteIfExists()
  }

  return {
    async find(id, sourceSha256) {
      const note = await readJson(keyframesBlobName(id), keyframeNoteSchema)
      return note?.sourceSha256 === sourceSha256 ? note : null
    },
    async put(id, note) {
      await putJson(container.getBlockBlobClient(keyframesBlobName(id)), note)
      await removeUnfinished(id)
    },
    async findUnfinished(id, { etag, offset }) {
      const unfinished = await readJson(unfinishedKeyframesBlobName(id), unfinishedSchema)
      return unfinished?.etag === etag && unfinished.offset === offset ? unfinished.noting : null
    },
    async putUnfinished(id, at, noting) {
      const blob = container.getBlockBlobClient(unfinishedKeyframesBlobName(id))
      await putJson(blob, { schemaVersion: 1, ...at, noting })
    },
    removeUnfinished,
  }
}
