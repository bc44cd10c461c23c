import type { TableClient } from '@azure/data-tables'
import { v7 } from 'uuid'
import { z } from 'zod'
import { oidSchema } from '../../clearance/person.ts'
import { documentTable, type RowRange, type Stored } from './documents.ts'

/** What can be looked up that belongs to no single recording, and so into no recording's trail. */
const CONSULTED = [
  'footage',
  'withheld-of-case',
  'unusual-access',
  'attempts',
  'consultations',
  'people',
  'person',
  'person-history',
  'person-assignments',
  'camera',
  'camera-history',
  'cameras-of-officer',
  'cameras-unassigned',
  'quarantine',
  'packages',
] as const
export type Consulted = (typeof CONSULTED)[number]

export const consultationSchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime(),
  actor: oidSchema,
  consulted: z.enum(CONSULTED),
  subject: z
    .string()
    .describe('the case, day, person, camera or recording, or the query, that was asked'),
  clientAddress: z.string().nullable(),
})
export type Consultation = z.infer<typeof consultationSchema>

/** Who looked up what beyond single recordings: a log per actor. */
export type Consultations = {
  /** Resolves when it is stored: answer nothing before that, and nothing if it throws. */
  note(consultation: Omit<Consultation, 'schemaVersion' | 'at'>): Promise<void>
  /** What that person looked up, oldest first. */
  of(actor: Consultation['actor'], range?: RowRange): AsyncIterable<Stored<Consultation>>
}

/** Kept in a partition a person, in order of time. */
export function createConsultations(table: TableClient, now: () => Date): Consultations {
  const rows = documentTable(table, consultationSchema)
  return {
    async note(consultation) {
      const at = now().toISOString()
      const row = { schemaVersion: 1 as const, at, ...consultation }
      await rows.insert(consultation.actor, `${at}:${v7()}`, row)
    },
    of: (actor, range) => rows.list(actor, range),
  }
}
