import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Oid, RegisterEntry } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import { registerReasonShape, requireReason } from '../records/reason.ts'
import type { Author } from '../records/register-change.ts'
import type { Services } from '../services.ts'
import { warrantOf } from '../storage/tables/people.ts'
import { type ImportRow, readPeopleCsv } from './read-csv.ts'

/** Rows that are read or written at a time. */
const AT_ONCE = 16
/** Refused rows that a problem names; the dry run names them all. */
const NAMED_REFUSALS = 50

/** Whether an import is to be carried out, and why. */
export const importQuerySchema = z.strictObject({
  dryRun: z
    .stringbool()
    .default(false)
    .meta({ description: 'true: says what it would do, and writes nothing', examples: ['true'] }),
  ...registerReasonShape,
})

/** What an import does, or would do, with a row. */
const importItemSchema = z.object({
  line: z.int().positive(),
  oid: z.string(),
  outcome: z.enum(['added', 'changed', 'unchanged', 'refused']),
  reason: z.string().optional(),
  fields: z.array(z.string()).optional().describe('what changes in an entry that there is'),
})
export type ImportItem = z.infer<typeof importItemSchema>

/** What came of an import, row by row. */
export const importReportSchema = z.object({
  written: z.boolean().describe('false: it was a dry run'),
  counts: z
    .record(importItemSchema.shape.outcome, z.int().nonnegative())
    .meta({ description: 'rows', examples: [{ added: 1, changed: 0, unchanged: 0, refused: 0 }] }),
  items: z.array(importItemSchema),
})
export type ImportReport = z.infer<typeof importReportSchema>

type PlannedRow = ImportItem & { write?: { oid: Oid; entry: RegisterEntry; etag: string | null } }

/**
 * Brings the people register into line with a file of HR. People whom the file does not name stay as
 * they are, and so do everyone's assignments. Unless every row is valid, nothing is written. An entry
 * that changes while it is written stops the import; sending the same file again finishes it, for
 * what is done counts as unchanged. Nobody changes their own entry by it.
 * @throws BluelampError `invalid-request` if a row is refused, or no reason is given where policy asks
 *   for one, and it is no dry run; `precondition-failed` if an entry was changed meanwhile; and what readPeopleCsv throws
 */
export async function importPeople(
  services: Pick<Services, 'people' | 'config'>,
  by: Oid,
  text: string,
  { dryRun, reason }: z.infer<typeof importQuerySchema>,
): Promise<ImportReport> {
  const { people } = services
  if (!dryRun) requireReason(services.config, { reason }, 'Say why you change the people register.')
  const author = { by, cause: 'imported', ...(reason !== undefined && { reason }) } as const
  const planned = await inParallel(AT_ONCE, readPeopleCsv(text), (row) => planRow(people, by, row))
  const items = planned.map(({ write: _, ...item }) => item)
  const report = { counts: countsOf(items), items }
  if (dryRun) return { written: false, ...report }
  refuseUnlessValid(items)
  await inParallel(AT_ONCE, planned, async ({ line, write }) => {
    if (!write) return
    const { oid, entry, etag } = write
    if (await isWritten(people, oid, entry, etag, author)) return
    throw new BluelampError(
      'precondition-failed',
      `The entry of line ${line} was changed meanwhile. Send the file again.`,
    )
  })
  return { written: true, ...report }
}

async function planRow(people: Services['people'], by: Oid, row: ImportRow): Promise<PlannedRow> {
  const { line, oid } = row
  const refuse = (reason: string): PlannedRow => ({ line, oid, outcome: 'refused', reason })
  if ('refusal' in row) return refuse(row.refusal)
  const found = await people.find(row.oid)
  const entry: RegisterEntry = {
    status: found?.entry.status ?? 'serving',
    ...row.person,
    assignments: found?.entry.assignments ?? [],
  }
  if (found && isDeepStrictEqual(found.entry, entry)) return { line, oid, outcome: 'unchanged' }
  if (row.oid === by) return refuse('oid: nobody changes what the register says of themselves')
  const warrant = warrantOf(entry)
  const holder = warrant && (await people.holderOf(warrant))
  if (holder && holder !== row.oid) return refuse('officer: another person in the register has it')
  return {
    line,
    oid,
    outcome: found ? 'changed' : 'added',
    ...(found && { fields: differing(found.entry, entry) }),
    write: { oid: row.oid, entry, etag: found?.etag ?? null },
  }
}

/** What of an entry is another in the other. */
const differing = (before: RegisterEntry, after: RegisterEntry): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (field) =>
      !isDeepStrictEqual(before[field as keyof RegisterEntry], after[field as keyof RegisterEntry]),
  )

/** Also false if someone was given the same warrant number meanwhile: sent again, it is refused. */
async function isWritten(
  people: Services['people'],
  oid: Oid,
  entry: RegisterEntry,
  etag: string | null,
  author: Author,
): Promise<boolean> {
  try {
    return await people.put(oid, entry, etag, author)
  } catch (error) {
    if (error instanceof BluelampError && error.code === 'conflict') return false
    throw error
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
