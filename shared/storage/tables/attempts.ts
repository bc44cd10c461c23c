import type { TableClient } from '@azure/data-tables'
import { v7 } from 'uuid'
import { z } from 'zod'
import type { Oid } from '../../clearance/person.ts'
import { documentTable, type RowRange, type Stored } from './documents.ts'

export const attemptSchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  footageId: z.string().describe('as asked for: it may name nothing, or a case'),
  refusal: z.string(),
  clientAddress: z.string().nullable(),
})
export type Attempt = Omit<z.infer<typeof attemptSchema>, 'schemaVersion' | 'at'>

/**
 * Attempts that were refused or that named nothing, a log per actor. They are no part of a
 * recording's trail: whoever reads that must not learn who tried.
 */
export type Attempts = {
  note(attempt: Attempt): Promise<void>
  /** What was refused to that person, oldest first. */
  of(actor: Oid, range?: RowRange): AsyncIterable<Stored<z.infer<typeof attemptSchema>>>
}

/** Kept in a partition an actor, in order of time. */
export function createAttempts(table: TableClient, now: () => Date): Attempts {
  const rows = documentTable(table, attemptSchema)
  return {
    async note(attempt) {
      const at = now().toISOString()
      await rows.insert(attempt.actor, `${at}:${v7()}`, { schemaVersion: 1, at, ...attempt })
    },
    of: (actor, range) => rows.list(actor, range),
  }
}
