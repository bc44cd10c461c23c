import { z } from 'zod'
import type { Visitor } from '../access/visitor.ts'
import { officerSchema, oidSchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { changeReasonSchema } from '../records/reason.ts'

/** How long a second person has to approve. Later, the emergency is over: it is asked for again. */
export const APPROVAL_WINDOW_MS = 60 * 60_000
/** How long the access lasts that an approval gives. */
export const BREAK_GLASS_LIFE_MS = 4 * 60 * 60_000
/** How soon the review of an approved request is due. */
export const REVIEW_WINDOW_MS = 3 * 24 * 60 * 60_000

/** Identifies a request. */
export const requestKeySchema = z.uuidv7().meta({
  description: 'the id of a request for access in an emergency',
  examples: ['019ab4ec-2f10-7c55-a1b2-3c4d5e6f7a8b'],
})

const partySchema = z.object({ oid: oidSchema, officer: officerSchema })
/** Someone with a part in a request, by directory id and by warrant number. */
export type Party = z.infer<typeof partySchema>

/** @throws BluelampError `forbidden` to those whom the people register does not know */
export function partyOf({ principal: { oid, register } }: Pick<Visitor, 'principal'>): Party {
  if (register) return { oid, officer: register.officer }
  throw new BluelampError('forbidden', 'The people register has no entry for you.')
}

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

/** A moment that lies that long after another. */
export const after = (at: Date, ms: number): string => new Date(at.getTime() + ms).toISOString()

/**
 * What an approval comes to.
 * `own`: nobody approves what they asked for, under whichever of their accounts · `late`: the time
 * to approve is over · `refused`: it was refused · `ended`: it was approved, and ended since ·
 * `settled`: someone else has approved it · `again`: this person has, and what follows may have been
 * cut off.
 */
export type ApprovalVerdict = 'approve' | 'again' | 'own' | 'late' | 'refused' | 'ended' | 'settled'

/** Whether a person may approve a request, now. */
export function judgeApproval(
  request: BreakGlassRequest,
  approver: Party,
  now: Date,
): ApprovalVerdict {
  const { requester, approval, refusal, ended, approveBefore } = request
  if (isSame(requester, approver)) return 'own'
  if (refusal) return 'refused'
  if (ended) return 'ended'
  if (approval) return isSame(approval.approver, approver) ? 'again' : 'settled'
  return now.getTime() < Date.parse(approveBefore) ? 'approve' : 'late'
}

/** Whether a request gives access now. */
export const isAccessOpen = ({ approval, ended }: BreakGlassRequest, now: Date): boolean =>
  approval !== undefined && !ended && now.getTime() < Date.parse(approval.until)

/** Whether a person had no part in a request, and so may review it. */
export const mayReview = ({ requester, approval }: BreakGlassRequest, reviewer: Party): boolean =>
  !isSame(requester, reviewer) && !(approval && isSame(approval.approver, reviewer))

/** Whether two are one person, under whichever of their accounts. */
export const isSame = (a: Party, b: Party): boolean => a.oid === b.oid || a.officer === b.officer
