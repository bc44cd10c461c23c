import { z } from 'zod'
import { pageShape } from '../access/pages.ts'
import { boroughSchema, unitSchema } from '../clearance/boroughs.ts'
import { officerSchema } from '../clearance/person.ts'
import { type Reference, referenceQuerySchema } from '../clearance/references.ts'
import { BluelampError } from '../errors.ts'
import { EARLIEST, instantSchema } from '../footage/clock.ts'
import { footageStateSchema } from '../footage/state.ts'
import type { Summary } from '../footage/summary.ts'

const DAY_MS = 86_400_000
/** How far back a search goes that says no start. */
const DEFAULT_SPAN_MS = 92 * DAY_MS
/** The longest span of one search: it bounds the partitions that are read. */
const LONGEST_SPAN_MS = 10 * 366 * DAY_MS

const instant = z.union(
  [instantSchema, z.iso.date().transform((text) => new Date(text).toISOString())],
  'write a time with its zone, such as 2026-11-24T20:00:00Z, or a day in UTC, such as 2026-11-24',
)

/** What can be searched by. All that is named must be so. */
export const searchQuerySchema = z.strictObject({
  reference: referenceQuerySchema.optional(),
  camera: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'the serial number of a camera', examples: ['VB4-000123'] }),
  officer: officerSchema.optional(),
  unit: unitSchema.optional(),
  borough: boroughSchema.optional(),
  state: footageStateSchema
    .exclude(['disposing', 'disposed'])
    .optional()
    .describe('where it stands'),
  from: instant.optional().describe('recorded then or later; by default 92 days before `to`'),
  to: instant.optional().describe('recorded before; by default now'),
  ...pageShape(100, 25),
})
export type SearchQuery = z.infer<typeof searchQuerySchema>

/** What of a query says which recordings of its span are meant. */
export type Sought = Omit<SearchQuery, 'from' | 'to' | 'limit' | 'cursor'>

/** Whether a recording is one of those meant. */
export const matches = (sought: Sought, summary: Summary): boolean =>
  (sought.reference === undefined || hasReference(summary, sought.reference)) &&
  (sought.camera === undefined || sought.camera === summary.camera.serial) &&
  (sought.officer === undefined || sought.officer === summary.officer) &&
  (sought.unit === undefined || sought.unit === summary.unit) &&
  (sought.borough === undefined || sought.borough === summary.borough) &&
  (sought.state === undefined || sought.state === summary.state)

/**
 * The span that a query is about: recorded at or after `from` and before `to`.
 * @throws BluelampError `invalid-request` for none, or for one of more than ten years
 */
export function spanOf(query: SearchQuery, now: Date): { from: string; to: string } {
  const to = query.to ?? new Date(now.getTime() + DAY_MS).toISOString()
  const from = query.from ?? new Date(Date.parse(to) - DEFAULT_SPAN_MS).toISOString()
  const span = Date.parse(to) - Date.parse(from)
  // An empty page would read as "there is no such footage".
  if (span <= 0)
    throw wrongSpan('`from` must be before `to`, which is no longer part of the search')
  if (span > LONGEST_SPAN_MS) throw wrongSpan('a search spans at most ten years')
  return { from: new Date(Math.max(Date.parse(from), EARLIEST)).toISOString(), to }
}

const wrongSpan = (message: string): BluelampError =>
  new BluelampError('invalid-request', `Check the query: ${message}.`, {
    errors: [{ field: 'from', message }],
  })

const hasReference = ({ references }: Summary, { type, value }: Reference): boolean =>
  references.some((reference) => reference.type === type && reference.value === value)
