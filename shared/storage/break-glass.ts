import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import { type FootageId, footageIdSchema } from '../footage/ids.ts'
import { type BreakGlassRequest, breakGlassRequestSchema } from '../manage/break-glass-rules.ts'
import { documentTable, type Stored } from './documents.ts'

/** Points from the list of what is to be reviewed to a request. */
const dueReviewSchema = z.object({
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  request: z.uuidv7(),
})

/** Requests to break the glass, beside the truth in the recording's partition. */
export type BreakGlass = {
  add(request: BreakGlassRequest): Promise<void>
  find(id: FootageId, request: string): Promise<Stored<BreakGlassRequest> | null>
  list(id: FootageId): Promise<BreakGlassRequest[]>
  /** Replaces a request that was read; false if it has changed meanwhile. */
  replace(request: BreakGlassRequest, etag: string): Promise<boolean>
  /** Puts an approved request on the list of what is to be reviewed; it is there once. */
  addReview(request: BreakGlassRequest): Promise<void>
  /** Where a request lies that is to be reviewed; null if it is not, or not any more. */
  findReview(request: string): Promise<FootageId | null>
  removeReview(request: string): Promise<void>
  /** What is to be reviewed, oldest first. */
  dueReviews(): AsyncIterable<{ footageId: FootageId; request: string }>
}

/** A partition that no recording has. */
const REVIEWS = 'break-glass-reviews'
const PREFIX = 'break-glass:'

export function createBreakGlass(table: TableClient): BreakGlass {
  const requests = documentTable(table, breakGlassRequestSchema)
  const reviews = documentTable(table, dueReviewSchema)
  return {
    async add(request) {
      await requests.insert(request.footageId, keyOf(request.request), request)
    },
    find: (id, request) => requests.get(id, keyOf(request)),
    async list(id) {
      const range = { from: PREFIX, below: 'break-glass;' }
      const found: BreakGlassRequest[] = []
      for await (const { value } of requests.list(id, range)) found.push(value)
      return found
    },
    async replace(request, etag) {
      const { footageId, request: key } = request
      return (await requests.replace(footageId, keyOf(key), request, etag)) !== null
    },
    async addReview({ footageId, request }) {
      await reviews.insert(REVIEWS, request, { schemaVersion: 1, footageId, request })
    },
    async findReview(request) {
      return (await reviews.get(REVIEWS, request))?.value.footageId ?? null
    },
    async removeReview(request) {
      const due = await reviews.get(REVIEWS, request)
      if (due) await reviews.remove(REVIEWS, request, due.etag)
    },
    async *dueReviews() {
      for await (const { value } of reviews.list(REVIEWS)) yield value
    },
  }
}

const keyOf = (request: string): string => `${PREFIX}${request}`
