import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { partNameSchema } from './ids.ts'
import { disposalRuleSchema } from './retention-rules.ts'
import { sha256Schema } from './sha256.ts'

const instant = z.iso.datetime()

/** That a recording is to be disposed of, or was. */
export const disposalSchema = z
  .object({
    rule: disposalRuleSchema,
    since: instant.describe('from when on the rule lets it go'),
    by: oidSchema.or(z.literal('service')),
    at: instant,
    reason: z.string(),
    notBefore: instant.describe('until then it can be called off'),
    begunAt: instant.optional().describe('when it was taken away'),
    erased: z
      .array(z.object({ part: partNameSchema, sha256: sha256Schema, size: z.int().nonnegative() }))
      .optional()
      .describe('what is no more'),
  })
  .meta({ id: 'Disposal' })
export type Disposal = z.infer<typeof disposalSchema>
