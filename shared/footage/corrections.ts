import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'

/** What of a recording's metadata can be corrected. */
export const CORRECTABLE_FIELDS = ['officer', 'unit', 'borough', 'recordedAt', 'category'] as const

/** A correction, with what stood there before it: the first of a field keeps what was received. */
export const correctionSchema = z.object({
  field: z.enum(CORRECTABLE_FIELDS),
  from: z.string().nullable(),
  to: z.string().nullable(),
  by: oidSchema,
  at: z.iso.datetime(),
  reason: z.string(),
  byRegister: z
    .literal(true)
    .optional()
    .describe('it follows the register of cameras, and changes with that'),
})
export type Correction = z.infer<typeof correctionSchema>
