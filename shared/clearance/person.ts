import { z } from 'zod'
import { boroughSchema, unitSchema } from './boroughs.ts'
import { referenceSchema } from './references.ts'
import { roleSchema } from './roles.ts'
import { vettingSchema } from './vetting.ts'

/**
 * Identifies a person or a dock: the immutable object id of the directory, never an e-mail. In any
 * case of its letters it is the same person (RFC 9562, section 4).
 */
export const oidSchema = z
  .uuid()
  .toLowerCase()
  .brand<'Oid'>()
  .meta({
    description: 'a person or a dock, by the object id (`oid`) of the directory',
    examples: ['0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01'],
  })
export type Oid = z.infer<typeof oidSchema>

/** The warrant or staff number that an officer's footage is filed under. */
export const officerSchema = z
  .string()
  .regex(/^[A-Z]{0,2}[0-9]{3,9}[A-Z]{0,2}$/, 'a warrant or staff number such as P214567')
  .brand<'Officer'>()
  .meta({ description: 'a warrant or staff number', examples: ['P214567'] })
export type Officer = z.infer<typeof officerSchema>

/** Whether a person serves. Who left or is suspended may nothing, whatever their token says. */
export const SERVICE_STATUSES = ['serving', 'suspended', 'left'] as const

/** What the people register says of a person. It takes effect on the next request. */
export const registerEntrySchema = z
  .strictObject({
    officer: officerSchema,
    unit: unitSchema,
    borough: boroughSchema.optional(),
    status: z
      .enum(SERVICE_STATUSES)
      .default('serving')
      .describe('whoever is suspended or left may do nothing'),
    vetting: z.array(vettingSchema).max(16).describe('all that was ever awarded and still matters'),
    assignments: z
      .array(referenceSchema)
      .max(200)
      .describe('incidents, crimes and cases this person works on'),
  })
  .meta({ id: 'Person' })
export type RegisterEntry = z.infer<typeof registerEntrySchema>

/** Who asks: the token says who and which roles, the register says the rest, or nothing. */
export const principalSchema = z.object({
  oid: oidSchema,
  roles: z.array(roleSchema),
  register: registerEntrySchema.nullable(),
})
export type Principal = z.infer<typeof principalSchema>
