import { z } from 'zod'
import { decide } from '../clearance/decide.ts'
import { officerSchema, type Principal } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { boroughSchema, unitSchema } from '../footage/boroughs.ts'
import { instantSchema } from '../footage/clock.ts'
import { type AccessPath, type Summary, summarySchema } from '../footage/index-keys.ts'
import { type Reference, referenceQuerySchema } from '../footage/references.ts'
import { footageStateSchema } from '../footage/state.ts'
import type { Services } from '../services.ts'

const DAY_MS = 86_400_000
/** How far back a search goes that says no start. */
const DEFAULT_SPAN_MS = 92 * DAY_MS
/** The longest span of one search: it bounds the partitions that are read. */
const LONGEST_SPAN_MS = 10 * 366 * DAY_MS
/**
 * How many rows one request may read: a page may come out short, with a cursor to go on. That tells
 * its reader that so many of the span are not for them, and nothing else.
 */
const ROWS_PER_REQUEST = 2_000

const instant = z.union([
  instantSchema,
  z.iso.date().transform((text) => new Date(text).toISOString()),
])

/** What can be searched by. At least one of the first six; the most selective one is read, the rest filter. */
export const searchQuerySchema = z.strictObject({
  reference: referenceQuerySchema.optional(),
  camera: z.string().max(64).optional(),
  officer: officerSchema.optional(),
  unit: unitSchema.optional(),
  borough: boroughSchema.optional(),
  state: footageStateSchema.exclude(['disposing', 'disposed']).optional(),
  from: instant.optional(),
  to: instant.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(500).optional(),
})
export type SearchQuery = z.infer<typeof searchQuerySchema>

/** A recording as a result list shows it. */
export const searchItemSchema = summarySchema
  .omit({ grants: true, revision: true })
  .extend({ recordedAtLondon: z.string().describe('as people in London read it') })
export type SearchItem = z.infer<typeof searchItemSchema>

/** A page of results, and the cursor of the next one. */
export const searchPageSchema = z.object({
  items: z.array(searchItemSchema),
  next: z.string().nullable(),
})
export type SearchPage = z.infer<typeof searchPageSchema>

/**
 * Footage that this person may list, newest first, a page at a time. Rows that they may not list
 * leave no trace in items or counts.
 * @throws BluelampError `invalid-request` for a search by nothing, too long a span, a foreign cursor
 */
export async function search(
  { index, cursors, now }: Services,
  principal: Principal,
  { cursor, limit, ...query }: SearchQuery,
): Promise<SearchPage> {
  const path = accessPath(query)
  const to = query.to ?? new Date(now().getTime() + DAY_MS).toISOString()
  const from = query.from ?? new Date(Date.parse(to) - DEFAULT_SPAN_MS).toISOString()
  if (Date.parse(to) - Date.parse(from) > LONGEST_SPAN_MS) {
    throw invalid('from', 'a search spans at most ten years')
  }
  const binding = {
    list: 'footage',
    oid: principal.oid,
    query: JSON.stringify({ ...query, limit }),
  }
  const start = cursor ? openPosition(cursors.open(cursor, binding)) : { from, to }

  const items: SearchItem[] = []
  let rowsRead = 0
  for await (const { summary, rowKey } of index.read(path, start)) {
    rowsRead += 1
    if (matches(query, summary) && decide(principal, 'list', summary, now()).allowed) {
      items.push(searchItem(summary))
    }
    if (items.length === limit || rowsRead === ROWS_PER_REQUEST) {
      const position = JSON.stringify({ from: start.from, to: start.to, after: rowKey })
      return { items, next: cursors.seal(position, binding) }
    }
  }
  return { items, next: null }
}

/** The span of a search is fixed by its first page, or a list would move under the reader. */
const positionSchema = z.object({ from: z.string(), to: z.string(), after: z.string() })
const openPosition = (position: string): z.infer<typeof positionSchema> =>
  positionSchema.parse(JSON.parse(position))

/** The narrowest path that the query names. */
function accessPath(query: Omit<SearchQuery, 'cursor' | 'limit'>): AccessPath {
  if (query.reference) return { by: 'reference', reference: query.reference }
  if (query.camera) return { by: 'camera', camera: query.camera }
  if (query.officer) return { by: 'officer', officer: query.officer }
  if (query.unit) return { by: 'unit', unit: query.unit }
  if (query.borough) return { by: 'borough', borough: query.borough }
  if (query.state) return { by: 'state', state: query.state }
  throw invalid('query', 'search by reference, camera, officer, unit, borough or state')
}

const matches = (query: Partial<SearchQuery>, summary: Summary): boolean =>
  (query.reference === undefined || hasReference(summary, query.reference)) &&
  (query.camera === undefined || query.camera === summary.camera.serial) &&
  (query.officer === undefined || query.officer === summary.officer) &&
  (query.unit === undefined || query.unit === summary.unit) &&
  (query.borough === undefined || query.borough === summary.borough) &&
  (query.state === undefined || query.state === summary.state)

const hasReference = ({ references }: Summary, { type, value }: Reference): boolean =>
  references.some((reference) => reference.type === type && reference.value === value)

function searchItem({ grants: _grants, revision: _revision, ...shown }: Summary): SearchItem {
  return { ...shown, recordedAtLondon: londonTime(shown.recordedAt) }
}

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  dateStyle: 'medium',
  timeStyle: 'long',
})

/** A time as people in London read it, summer time included. */
export const londonTime = (instant: string): string => LONDON.format(new Date(instant))

const invalid = (field: string, message: string): BluelampError =>
  new BluelampError('invalid-request', `${message}.`, { errors: [{ field, message }] })
