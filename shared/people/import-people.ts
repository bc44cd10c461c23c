import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Oid, RegisterEntry } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type ImportRow, readPeopleCsv } from './read-csv.ts'

/** Rows that are read or written at a time. */
const CONCURRENCY = 16
/** Refused rows that a problem names; the dry run names them all. */
const NAMED_REFUSALS = 50

/** What an import does, or would do, with a row. */
const importItemSchema = z.object({
  line: z.int().positive(),
  oid: z.string(),
  outcome: z.enum(['added', 'changed', 'unchanged', 'refused']),
  reason: z.string().optional(),
})
export type ImportItem = z.infer<typeof importItemSchema>

/** What came of an import, row by row. */
export const importReportSchema = z.object({
  written: z.boolean().describe('false: it was a dry run'),
  counts: z.record(importItemSchema.shape.outcome, z.int().nonnegative()),
  items: z.array(importItemSchema),
})
export type ImportReport = z.infer<typeof importReportSchema>

type PlannedRow = ImportItem & { write?: { oid: Oid; entry: RegisterEntry; etag: string | null } }

/**
 * Brings the people register into line with a file of HR. People whom the file does not name stay as
 * they are, and so do everyone's assignments. Unless every row is valid, nothing is written. An entry
 * that changes while it is written stops the import; sending the same file again finishes it, for
 * what is done counts as unchanged.
 * @throws BluelampError `invalid-request` if a row is refused and it is no dry run;
 *   `precondition-failed` if an entry was changed meanwhile; and what readPeopleCsv throws
 */
export async function importPeople(
  { people }: Services,
  by: Oid,
  text: string,
  { dryRun }: { dryRun: boolean },
): Promise<ImportReport> {
  const planned = await mapBounded(readPeopleCsv(text), (row) => planRow(people, row))
  const items = planned.map(({ write: _, ...item }) => item)
  const report = { counts: countsOf(items), items }
  if (dryRun) return { written: false, ...report }
  refuseUnlessValid(items)
  await mapBounded(planned, async ({ line, write }) => {
    if (!write) return
    const { oid, entry, etag } = write
    if (await people.put(oid, entry, etag, { by, cause: 'imported' })) return
    throw new BluelampError(
      'precondition-failed',
      `The entry of line ${line} was changed meanwhile. Send the file again.`,
    )
  })
  return { written: true, ...report }
}

async function planRow(people: Services['people'], row: ImportRow): Promise<PlannedRow> {
  const { line, oid } = row
  if ('refusal' in row) return { line, oid, outcome: 'refused', reason: row.refusal }
  const found = await people.find(row.oid)
  const entry: RegisterEntry = {
    status: found?.entry.status ?? 'serving',
    ...row.person,
    assignments: found?.entry.assignments ?? [],
  }
  if (found && isDeepStrictEqual(found.entry, entry)) return { line, oid, outcome: 'unchanged' }
  return {
    line,
    oid,
    outcome: found ? 'changed' : 'added',
    write: { oid: row.oid, entry, etag: found?.etag ?? null },
  }
}

function refuseUnlessValid(items: readonly ImportItem[]): void {
  const refused = items.filter(({ outcome }) => outcome === 'refused')
  if (refused.length === 0) return
  throw new BluelampError(
    'invalid-request',
    `${refused.length} of ${items.length} rows are refused, so nothing is written.`,
    {
      errors: refused
        .slice(0, NAMED_REFUSALS)
        .map(({ line, reason = '' }) => ({ field: `line ${line}`, message: reason })),
    },
  )
}

function countsOf(items: readonly ImportItem[]): ImportReport['counts'] {
  const counts = { added: 0, changed: 0, unchanged: 0, refused: 0 }
  for (const { outcome } of items) counts[outcome] += 1
  return counts
}

/** The results in order, a bounded number at a time; the first failure ends it. */
async function mapBounded<T, R>(all: readonly T[], step: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < all.length; start += CONCURRENCY) {
    results.push(...(await Promise.all(all.slice(start, start + CONCURRENCY).map(step))))
  }
  return results
}
