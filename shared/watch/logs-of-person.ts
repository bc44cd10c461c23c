import { z } from 'zod'
import { pageOf, pageShape, takePage } from '../access/pages.ts'
import type { Oid } from '../clearance/person.ts'
import { instantSchema } from '../footage/clock.ts'
import type { Services } from '../services.ts'
import { attemptSchema } from '../storage/tables/attempts.ts'
import { consultationSchema } from '../storage/tables/consultations.ts'
import type { RowRange, Stored } from '../storage/tables/documents.ts'

const DAY_MS = 86_400_000
/** How far back goes who says no start. */
const DEFAULT_SPAN_MS = 31 * DAY_MS

/** Which part of the log of a person: recorded at or after `from` and before `to`. */
export const personLogQuerySchema = z.strictObject({
  from: instantSchema.optional().describe('the first moment; 31 days ago unless said'),
  to: instantSchema.optional().describe('the first moment that is left out; none unless said'),
  ...pageShape(500, 100),
})
type PersonLogQuery = z.infer<typeof personLogQuerySchema>

const BARE = { schemaVersion: true, actor: true } as const

/** What was refused to a person, or named nothing. */
export const attemptsOfPersonSchema = pageOf(attemptSchema.omit(BARE))
/** What a person looked up beyond single recordings. */
export const consultationsOfPersonSchema = pageOf(consultationSchema.omit(BARE))

type Asking = { reader: Oid; person: Oid; query: PersonLogQuery }

/**
 * What was refused to a person or named nothing, oldest first, and why: for those who may read every
 * trail, and so learn nothing by it of what exists.
 * @throws BluelampError `invalid-request` for a foreign cursor
 */
export const attemptsOfPerson = (
  services: Services,
  asking: Asking,
): Promise<z.infer<typeof attemptsOfPersonSchema>> =>
  readPage(services, 'attempts', services.attempts, asking)

/**
 * What a person looked up beyond single recordings, oldest first; what they did with those is in
 * their trails.
 * @throws BluelampError `invalid-request` for a foreign cursor
 */
export const consultationsOfPerson = (
  services: Services,
  asking: Asking,
): Promise<z.infer<typeof consultationsOfPersonSchema>> =>
  readPage(services, 'consultations', services.consultations, asking)

/** A log with the rows of each person in order of time. */
type PersonLog<T> = { of(person: Oid, range: RowRange): AsyncIterable<Stored<T>> }

async function readPage<T extends { actor: string; schemaVersion: 1 }>(
  { cursors, now }: Pick<Services, 'cursors' | 'now'>,
  list: string,
  log: PersonLog<T>,
  { reader, person, query: { limit, cursor, ...span } }: Asking,
): Promise<{ items: Omit<T, 'actor' | 'schemaVersion'>[]; next: string | null }> {
  const binding = { list, oid: reader, query: JSON.stringify([person, span, limit]) }
  const { from = new Date(now().getTime() - DEFAULT_SPAN_MS).toISOString(), to } = span
  const begin = cursor === undefined ? { from } : { after: cursors.open(cursor, binding) }
  const logged = log.of(person, { ...begin, ...(to && { below: to }) })
  const { rows, next } = await takePage(logged, limit, ({ rowKey }) =>
    cursors.seal(rowKey, binding),
  )
  return { items: rows.map(({ value: { actor, schemaVersion, ...item } }) => item), next }
}
