import { z } from 'zod'
import type { Borough } from './boroughs.ts'
import type { Marking } from './marking.ts'
import { type Officer, oidSchema } from './person.ts'
import type { Reference } from './references.ts'

/**
 * Flags that close a recording to everyone without a grant in their own name. Under the post-incident
 * lock nobody views it at all, until it is lifted.
 */
export const RESTRICTIONS = [
  'legally-privileged',
  'professional-standards',
  'sexual-offence',
  'child',
  'post-incident-lock',
] as const
export const restrictionSchema = z.enum(RESTRICTIONS)
export type Restriction = z.infer<typeof restrictionSchema>

/** Access given to one person by name, for the listed kind of use, until a moment. */
export const grantSchema = z.strictObject({
  oid: oidSchema,
  level: z.enum(['view', 'original']).describe('to view, or to take the original as well'),
  until: z.iso.datetime().describe('when the access ends'),
})
export type Grant = z.infer<typeof grantSchema>

/** What the decision needs to know of a recording. */
export type Guarded = {
  marking: Marking
  restrictions: readonly Restriction[]
  officer: Officer
  unit: string
  borough?: Borough | undefined
  references: readonly Reference[]
  grants: readonly Grant[]
}
