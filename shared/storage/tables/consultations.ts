import type { TableClient } from '@azure/data-tables'
import { v7 } from 'uuid'
import { z } from 'zod'
import { oidSchema } from '../../clearance/person.ts'
import { documentTable } from './documents.ts'

/** What can be looked up that belongs to no single recording, and so into no recording's trail. */
export const CONSULTED = [
  'withheld-of-case',
  'unusual-access',
  'person',
  'person-history',
  'camera-history',
  'cameras-of-officer',
] as const

const consultationSchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime(),
  actor: oidSchema,
  consulted: z.enum(CONSULTED),
  subject: z.string().describe('the case, day, person, camera or officer that was asked about'),
  clientAddress: z.string().nullable(),
})
export type Consultation = z.infer<typeof consultationSchema>

/** Who looked up what beyond single recordings: a log per actor. */
export type Consultations = {
  /** Resolves when it is stored: answer nothing before that, and nothing if it throws. */
  note(consultation: Omit<Consultation, 'schemaVersion' | 'at'>): Promise<void>
  /** What that person looked up, oldest first. */
  of(actor: Consultation['actor']): AsyncIterable<Consultation>
}

export function createConsultations(table: TableClient, now: () => Date): Consultations {
  const rows = documentTable(table, consultationSchema)
  return {
    async note(consultation) {
      const at = now().toISOString()
      const row = { schemaVersion: 1 as const, at, ...consultation }
      await rows.insert(consultation.actor, `${at}:${v7()}`, row)
    },
    async *of(actor) {
      for await (const { value } of rows.list(actor)) yield value
    },
  }
}
