import { z } from 'zod'
import { footageIdSchema } from '../footage/ids.ts'
import { anchorSchema, inclusionSchema } from './anchor.ts'
import { auditEntrySchema, withheldEntrySchema } from './chain.ts'
import { missingEntrySchema } from './missing-entry.ts'

/** What vouches for the chain of a recording from outside of it: one anchor and its timestamp. */
const anchorEvidenceSchema = z
  .object({
    number: z.int().positive(),
    anchor: anchorSchema.nullable().describe('null: what is stored under its name is no anchor'),
    inclusion: inclusionSchema.nullable().describe('null: what is stored as proof is none'),
    token: z.base64().nullable().describe('RFC 3161, DER; null: not timestamped yet'),
  })
  .meta({ id: 'AnchorEvidence' })
export type AnchorEvidence = z.infer<typeof anchorEvidenceSchema>

/** An audit trail as it is handed out: everything that it takes to check it without storage. */
export const exportedTrailSchema = z.object({
  schemaVersion: z.literal(2),
  footageId: footageIdSchema,
  items: z
    .array(z.union([auditEntrySchema, withheldEntrySchema]).nullable())
    .describe('first entry first; null: what is stored there is no entry'),
  anchors: z.array(anchorEvidenceSchema).describe('those over the entries of this page'),
  missing: z
    .array(missingEntrySchema)
    .default([])
    .describe('with the last page: the entries that were written and are not there'),
  next: z.string().nullable().describe('the cursor of the next page; null: this is the last'),
})
export type ExportedTrail = z.infer<typeof exportedTrailSchema>
