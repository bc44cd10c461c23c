import { z } from 'zod'
import { pageOf, pageShape, takePage } from '../access/pages.ts'
import type { Principal } from '../clearance/person.ts'
import { inParallel } from '../in-parallel.ts'
import {
  type BreakGlassRequest,
  breakGlassRequestSchema,
  type OwnRequest,
} from '../records/break-glass.ts'
import type { Services } from '../services.ts'

/** Requests that are looked up at a time. */
const AT_ONCE = 8

/** Which of one's own requests: so many, from where the last page ended. */
export const ownRequestsQuerySchema = z.strictObject({
  ...pageShape(100, 25),
})

/** What became of a request, in the words of whoever asked. */
const OWN_STATES = ['asked', 'approved', 'refused', 'lapsed', 'over', 'reviewed'] as const

/** A request of one's own, and what became of it. */
const ownBreakGlassSchema = breakGlassRequestSchema
  .pick({ request: true, footageId: true, reason: true, askedAt: true, approveBefore: true })
  .extend({
    state: z
      .enum(OWN_STATES)
      .describe(
        'asked: not approved yet; approved: access until `until`; refused: with the reason; lapsed: nobody approved it in time; over: the access has ended; reviewed: with the outcome',
      ),
    until: z.iso.datetime().optional().describe('when the access ends, or has ended'),
    refusedBecause: z.string().optional().describe('the reason of the refusal'),
    outcome: breakGlassRequestSchema.shape.review.unwrap().shape.outcome.optional(),
  })
export type OwnBreakGlass = z.infer<typeof ownBreakGlassSchema>

/** A page of one's own requests, and the cursor of the next one. */
export const ownBreakGlassPageSchema = pageOf(ownBreakGlassSchema)

/**
 * What this person has asked for in emergencies, newest first, and what became of it. A request for
 * what does not exist, or may not be opened, looks like one that nobody has approved yet, and lapses
 * like one that nobody did.
 * @throws BluelampError `invalid-request` for a foreign cursor
 */
export async function ownBreakGlass(
  { breakGlass, cursors, now }: Pick<Services, 'breakGlass' | 'cursors' | 'now'>,
  { oid }: Pick<Principal, 'oid'>,
  { limit, cursor }: z.infer<typeof ownRequestsQuerySchema>,
): Promise<z.infer<typeof ownBreakGlassPageSchema>> {
  const binding = { list: 'own-break-glass', oid, query: String(limit) }
  const list = breakGlass.own(oid, cursor && cursors.open(cursor, binding))
  const { rows, next } = await takePage(list, limit, ({ rowKey }) => cursors.seal(rowKey, binding))
  const items = await inParallel(AT_ONCE, rows, async ({ value: own }) => {
    const known = await breakGlass.find(own.footageId, own.request)
    return asRequesterSees(own, known?.value ?? null, now())
  })
  return { items, next }
}

/**
 * A request as whoever made it may see it.
 * @param known what stands on record of it; null: nothing, for there was nothing to open
 */
export function asRequesterSees(
  { schemaVersion: _, ...own }: OwnRequest,
  known: BreakGlassRequest | null,
  now: Date,
): OwnBreakGlass {
  const { approval, refusal, ended, review } = known ?? {}
  if (approval) {
    const until = ended?.at ?? approval.until
    if (review) return { ...own, state: 'reviewed', until, outcome: review.outcome }
    return { ...own, state: Date.parse(until) <= now.getTime() ? 'over' : 'approved', until }
  }
  if (refusal?.tellRequester) return { ...own, state: 'refused', refusedBecause: refusal.reason }
  return { ...own, state: Date.parse(own.approveBefore) <= now.getTime() ? 'lapsed' : 'asked' }
}
