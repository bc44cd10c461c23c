import { z } from 'zod'
import { officerSchema, oidSchema } from '../clearance/person.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { changeReasonSchema } from './reason.ts'

/** Identifies a request. */
export const requestKeySchema = z.uuidv7().meta({
  description: 'the id of a request for access in an emergency',
  examples: ['019ab4ec-2f10-7c55-a1b2-3c4d5e6f7a8b'],
})

const partySchema = z.object({ oid: oidSchema, officer: officerSchema })
/** Someone with a part in a request, by directory id and by warrant number. */
export type Party = z.infer<typeof partySchema>

/** Why an access ended before its time: by its review, or taken away by those who manage the recording. */
export const EARLY_ENDS = ['not-justified', 'revoked'] as const

export const REVIEW_OUTCOMES = ['justified', 'not-justified'] as const

/** A request for access in an emergency, with what became of it. */
export const breakGlassRequestSchema = z.object({
  schemaVersion: z.literal(1),
  request: requestKeySchema,
  footageId: footageIdSchema,
  requester: partySchema,
  reason: changeReasonSchema,
  askedAt: z.iso.datetime(),
  approveBefore: z.iso.datetime().describe('until when a second person may approve it'),
  approval: z
    .object({
      approver: partySchema,
      at: z.iso.datetime(),
      until: z.iso.datetime().describe('end of the access that it gave'),
      reviewBefore: z.iso.datetime().describe('until when it is to be reviewed'),
    })
    .meta({ id: 'BreakGlassApproval' })
    .optional(),
  refusal: z
    .object({
      approver: partySchema,
      at: z.iso.datetime(),
      reason: changeReasonSchema,
      tellRequester: z.boolean().describe('whether whoever asked learns of it'),
    })
    .meta({ id: 'BreakGlassRefusal' })
    .optional(),
  ended: z
    .object({
      by: oidSchema,
      at: z.iso.datetime(),
      because: z.enum(EARLY_ENDS),
      reason: z.string(),
    })
    .optional()
    .describe('that the access was ended before its time'),
  review: z
    .object({
      reviewer: oidSchema,
      at: z.iso.datetime(),
      outcome: z.enum(REVIEW_OUTCOMES),
      note: z.string(),
    })
    .optional(),
})
export type BreakGlassRequest = z.infer<typeof breakGlassRequestSchema>

/** What was asked for, with what the rules say to it: what opens it, or why it is not to be opened. */
export const askedBreakGlassSchema = breakGlassRequestSchema
  .omit({ schemaVersion: true, approval: true, refusal: true, ended: true, review: true })
  .extend({
    clientAddress: z.string().nullable(),
    judgement: z.union([z.object({ basis: z.string() }), z.object({ refusal: z.string() })]),
  })
export type AskedBreakGlass = z.infer<typeof askedBreakGlassSchema>

/**
 * What someone has asked for, as they know it themselves: written alike whether there is such a
 * recording or not.
 */
export const ownRequestSchema = breakGlassRequestSchema.pick({
  schemaVersion: true,
  request: true,
  footageId: true,
  reason: true,
  askedAt: true,
  approveBefore: true,
})
export type OwnRequest = z.infer<typeof ownRequestSchema>
