import { v7 } from 'uuid'
import { z } from 'zod'
import { disposedOf } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { basisOf, decide } from '../clearance/decide.ts'
import { refusedForAll } from '../clearance/standing.ts'
import { nothingHere } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { isDisposed } from '../footage/state.ts'
import { type AskedBreakGlass, breakGlassRequestSchema } from '../records/break-glass.ts'
import type { Services } from '../services.ts'
import { APPROVAL_WINDOW_MS, after, partyOf } from './break-glass-rules.ts'
import { tellBreakGlass } from './tell-break-glass.ts'

/** What whoever asked for access is told: until when it must be approved. */
export const askedSchema = breakGlassRequestSchema
  .pick({ request: true, approveBefore: true })
  .extend({ state: z.literal('pending') })

/**
 * Asks for access in an emergency. It gives nothing until a second person approves it.
 * Whoever may ask need not be able to list the recording: the answer, and what it costs, is the same
 * whether there is one or not, and whether it may be opened. It is heard afterwards, off a queue.
 * @throws BluelampError `not-found` to those who may ask for no recording at all; `gone`
 */
export async function askBreakGlass(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  reason: string,
): Promise<Pick<AskedBreakGlass, 'request' | 'approveBefore'>> {
  const { catalogue, queues, breakGlass, attempts, now } = services
  const { principal, clientAddress } = visitor
  const { oid } = principal
  const refusal = refusedForAll(principal, 'break-glass', now())
  if (refusal !== null) {
    await attempts.note({
      actor: oid,
      action: 'break-glass',
      footageId: id,
      refusal,
      clientAddress,
    })
    throw nothingHere()
  }
  const footage = await catalogue.find(id)
  const askedAt = now()
  const asked: AskedBreakGlass = {
    request: v7(),
    footageId: id,
    requester: partyOf(visitor),
    reason,
    askedAt: askedAt.toISOString(),
    approveBefore: after(askedAt, APPROVAL_WINDOW_MS),
    clientAddress,
    judgement: judgementOn(visitor, footage, askedAt),
  }
  const { request, footageId, approveBefore } = asked
  const own = { schemaVersion: 1, request, footageId, reason, askedAt: asked.askedAt } as const
  await breakGlass.addOwn(oid, { ...own, approveBefore })
  await queues.send('hear-break-glass', asked, 'ordinary')
  return asked
}

/** @throws BluelampError `gone` to those who could have listed what was disposed of */
function judgementOn(
  { principal }: Visitor,
  footage: Footage | null,
  now: Date,
): AskedBreakGlass['judgement'] {
  if (!footage) return { refusal: 'missing' }
  if (isDisposed(footage.state)) {
    if (decide(principal, 'list', footage, now).allowed) throw disposedOf(footage)
    return { refusal: 'disposed' }
  }
  const decision = decide(principal, 'break-glass', footage, now)
  if (!decision.allowed) return { refusal: decision.reason }
  return { basis: basisOf(decision) }
}

/**
 * Hears what was asked for: what may be opened is recorded in the trail of the recording and laid
 * before those who may approve it; what may not, or names nothing, stands in the log of attempts.
 */
export async function hearBreakGlass(services: Services, asked: AskedBreakGlass): Promise<void> {
  const { audit, attempts, breakGlass } = services
  const { judgement, clientAddress, ...request } = asked
  const { footageId, requester, reason, approveBefore } = request
  const { oid: actor } = requester
  if ('refusal' in judgement) {
    const { refusal } = judgement
    return attempts.note({ actor, action: 'break-glass', footageId, refusal, clientAddress })
  }
  await audit.appendOnce(footageId, {
    action: 'break-glass-asked',
    actor,
    basis: judgement.basis,
    reason,
    clientAddress,
    detail: { request: request.request, approveBefore },
  })
  await breakGlass.add(breakGlassRequestSchema.parse({ ...request, schemaVersion: 1 }))
  await breakGlass.addPending(request)
  await tellBreakGlass(services, 'Bluelamp.BreakGlassAsked', footageId)
}
