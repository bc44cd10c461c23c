import { z } from 'zod'
import { officerSchema, oidSchema } from '../clearance/person.ts'

/** What a recording is in a case (Criminal Procedure and Investigations Act 1996, code of practice). */
export const CASE_STANDINGS = ['evidence', 'unused', 'sensitive-unused'] as const

/** How a recording stands in one case, and who reviewed that when. */
export const caseMarkSchema = z.object({
  urn: z.string(),
  standing: z.enum(CASE_STANDINGS).describe('what it is in the case'),
  reviewer: officerSchema,
  reviewedOn: z.iso.date().describe('the day of the review'),
  by: oidSchema,
  at: z.iso.datetime(),
})
