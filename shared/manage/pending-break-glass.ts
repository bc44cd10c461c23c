import { z } from 'zod'
import type { Visitor } from '../access/visitor.ts'
import { basisOf, decide } from '../clearance/decide.ts'
import { registerEntrySchema } from '../clearance/person.ts'
import { londonTime } from '../footage/clock.ts'
import { footageSchema } from '../footage/footage.ts'
import { isDisposed } from '../footage/state.ts'
import { type BreakGlassRequest, breakGlassRequestSchema } from '../records/break-glass.ts'
import type { Services } from '../services.ts'
import { isAccessOpen, judgeApproval, partyOf } from './break-glass-rules.ts'

/** How many requests one list shows. In an emergency there are few. */
const LIST_LIMIT = 50

/** What a second person must know to decide: who asks for what, why, and until when to answer. */
export const pendingBreakGlassSchema = breakGlassRequestSchema
  .pick({ request: true, footageId: true, reason: true, askedAt: true, approveBefore: true })
  .extend({
    requester: breakGlassRequestSchema.shape.requester.extend(
      registerEntrySchema.pick({ unit: true, borough: true }).partial().shape,
    ),
    footage: footageSchema
      .pick({
        state: true,
        officer: true,
        unit: true,
        borough: true,
        references: true,
        category: true,
        marking: true,
        restrictions: true,
      })
      .extend({
        recordedAt: z.iso.datetime(),
        recordedAtLondon: z.string().describe('as people in London read it'),
      }),
  })
export type PendingBreakGlass = z.infer<typeof pendingBreakGlassSchema>

/** Whether nothing is left to do about a request. An approval that was cut off can be repeated. */
const isSettled = (request: BreakGlassRequest, now: Date): boolean =>
  request.refusal !== undefined || (request.approval !== undefined && !isAccessOpen(request, now))

/**
 * Requests that this person may approve now, the oldest first. It shows what they may know of each
 * recording to decide on it, and that is recorded as a look at it. What nobody approved in time
 * leaves the list.
 */
export async function pendingBreakGlass(
  services: Services,
  visitor: Visitor,
): Promise<PendingBreakGlass[]> {
  const { breakGlass, catalogue, people, audit, now } = services
  const { principal, clientAddress } = visitor
  const items: PendingBreakGlass[] = []
  for await (const { footageId, request } of breakGlass.pending()) {
    const asked = (await breakGlass.find(footageId, request))?.value
    const verdict = asked && judgeApproval(asked, partyOf(visitor), now())
    if (!asked || verdict === 'late' || isSettled(asked, now())) {
      await breakGlass.removePending(request)
      continue
    }
    const footage = await catalogue.find(footageId)
    if (verdict !== 'approve' || !footage || isDisposed(footage.state)) continue
    const decision = decide(principal, 'approve-break-glass', footage, now())
    if (!decision.allowed) continue
    await audit.append(footageId, {
      action: 'metadata-viewed',
      actor: principal.oid,
      basis: basisOf(decision),
      clientAddress,
      detail: { request },
    })
    const { requester, reason, askedAt, approveBefore } = asked
    const { unit, borough } = (await people.find(requester.oid))?.entry ?? {}
    items.push({
      request,
      footageId,
      reason,
      askedAt,
      approveBefore,
      requester: { ...requester, unit, borough },
      footage: {
        state: footage.state,
        officer: footage.officer,
        unit: footage.unit,
        borough: footage.borough,
        references: footage.references,
        category: footage.category,
        marking: footage.marking,
        restrictions: footage.restrictions,
        recordedAt: footage.clock.recordedAt,
        recordedAtLondon: londonTime(footage.clock.recordedAt),
      },
    })
    if (items.length === LIST_LIMIT) break
  }
  return items
}
