import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { roleSchema } from '../clearance/roles.ts'

/** That a person used a recording, was refused it, or went over a limit on one day: once, however often. */
export const activitySchema = z.object({
  schemaVersion: z.literal(1),
  at: z.iso.datetime().describe('the first time of the day'),
  actor: oidSchema,
  kind: z.enum(['used', 'refused', 'limited']),
  footageId: z
    .string()
    .describe('as asked for: a refused one may name nothing, or a case; limited: the limit'),
  role: roleSchema.nullable().describe('by which access was allowed'),
  link: z.string().nullable().describe('the tie by which access was allowed'),
})
export type Activity = z.infer<typeof activitySchema>

/** Why the access of a person on one day should be looked at. None of it proves anything. */
export const FINDINGS = {
  'own-recordings': 'used recordings of their own camera, though their role reaches further',
  'far-above-peers': 'used far more recordings than others of the same role on that day',
  'no-incident-link': 'used recordings without being assigned to what they belong to, or a grant',
  'refused-burst': 'was refused many recordings within a short time',
  'over-limits': 'made more expensive calls than the limits allow',
} as const
export type Finding = keyof typeof FINDINGS
