import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import type { Oid } from '../../clearance/person.ts'
import { type FootageId, footageIdSchema } from '../../footage/ids.ts'
import { newestFirst } from '../../footage/index-keys.ts'
import {
  type BreakGlassRequest,
  breakGlassRequestSchema,
  type OwnRequest,
  ownRequestSchema,
} from '../../records/break-glass.ts'
import { documentTable, type Stored, under, valuesOf } from './documents.ts'

/** Points from a list of what is to be approved, or reviewed, to a request. */
const listedSchema = z.object({
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  request: z.uuidv7(),
})

type Listed = Pick<BreakGlassRequest, 'footageId' | 'request'>

/** Requests to break the glass, beside the truth in the recording's partition. */
export type BreakGlass = {
  add(request: BreakGlassRequest): Promise<void>
  find(id: FootageId, request: string): Promise<Stored<BreakGlassRequest> | null>
  list(id: FootageId): Promise<BreakGlassRequest[]>
  /** Replaces a request that was read; false if it has changed meanwhile. */
  replace(request: BreakGlassRequest, etag: string): Promise<boolean>
  /** Puts a request on the list of what is to be approved; it is there once. */
  addPending(request: Listed): Promise<void>
  isPending(request: string): Promise<boolean>
  removePending(request: string): Promise<void>
  /** What is to be approved, oldest first. */
  pending(): AsyncIterable<Listed>
  /** Puts an approved request on the list of what is to be reviewed; it is there once. */
  addReview(request: Listed): Promise<void>
  /** Where a request lies that is to be reviewed; null if it is not, or not any more. */
  findReview(request: string): Promise<FootageId | null>
  removeReview(request: string): Promise<void>
  /** What is to be reviewed, oldest first. */
  dueReviews(): AsyncIterable<Listed>
  /** Notes with whoever asks what they ask for. */
  addOwn(oid: Oid, request: OwnRequest): Promise<void>
  /** What a person has asked for, newest first, from behind the row `after` on. */
  own(oid: Oid, after?: string): AsyncIterable<{ rowKey: string; value: OwnRequest }>
}

/** Partitions that no recording has. */
const PENDING = 'break-glass-pending'
const REVIEWS = 'break-glass-reviews'
const PREFIX = 'break-glass'
const ownPartition = (oid: Oid): string => `break-glass-of:${oid}`

/** Requests in the partition of their recording; what points to them in partitions of its own. */
export function createBreakGlass(table: TableClient): BreakGlass {
  const requests = documentTable(table, breakGlassRequestSchema)
  const lists = documentTable(table, listedSchema)
  const own = documentTable(table, ownRequestSchema)
  const put = async (list: string, { footageId, request }: Listed): Promise<void> => {
    await lists.insert(list, request, { schemaVersion: 1, footageId, request })
  }
  const take = async (list: string, request: string): Promise<void> => {
    const listed = await lists.get(list, request)
    if (listed) await lists.remove(list, request, listed.etag)
  }
  async function* all(list: string): AsyncIterable<Listed> {
    for await (const { value } of lists.list(list)) yield value
  }
  return {
    async add(request) {
      await requests.insert(request.footageId, keyOf(request.request), request)
    },
    find: (id, request) => requests.get(id, keyOf(request)),
    list: (id) => valuesOf(requests.list(id, under(PREFIX))),
    async replace(request, etag) {
      const { footageId, request: key } = request
      return (await requests.replace(footageId, keyOf(key), request, etag)) !== null
    },
    addPending: (request) => put(PENDING, request),
    removePending: (request) => take(PENDING, request),
    isPending: async (request) => (await lists.get(PENDING, request)) !== null,
    pending: () => all(PENDING),
    addReview: (request) => put(REVIEWS, request),
    async findReview(request) {
      return (await lists.get(REVIEWS, request))?.value.footageId ?? null
    },
    removeReview: (request) => take(REVIEWS, request),
    dueReviews: () => all(REVIEWS),
    async addOwn(oid, request) {
      await own.insert(ownPartition(oid), ownKey(request), request)
    },
    own: (oid, after) => own.list(ownPartition(oid), after === undefined ? {} : { after }),
  }
}

const keyOf = (request: string): string => `${PREFIX}:${request}`

const ownKey = ({ askedAt, request }: OwnRequest): string => `${newestFirst(askedAt)}:${request}`
