import { z } from 'zod'
import { sha256Schema } from '../footage/sha256.ts'
import type { AuditAct, AuditEntry } from './chain.ts'

/** An entry that was written and is not in its chain: it was removed. */
export const missingEntrySchema = z
  .object({
    sequence: z.int().positive(),
    hash: sha256Schema,
    at: z.iso.datetime().describe('when it was written'),
  })
  .meta({ id: 'MissingAuditEntry' })
export type MissingEntry = z.infer<typeof missingEntrySchema>

/** Puts on record for good that an entry is missing: it outlasts the note of it, and is anchored. */
export const missingAct = ({ sequence, hash, at }: MissingEntry): AuditAct => ({
  action: 'entry-missing',
  actor: 'service',
  detail: { sequence, hash, at },
})

/** Which other entry an entry says is missing; null: it says no such thing. */
export const missingAsTold = ({ action, detail }: AuditEntry): MissingEntry | null =>
  action === 'entry-missing' ? (missingEntrySchema.safeParse(detail).data ?? null) : null
