import type { Visitor } from '../access/visitor.ts'
import type { Oid } from '../clearance/person.ts'
import { nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { BreakGlassRequest, EARLY_ENDS } from '../records/break-glass.ts'
import type { Services } from '../services.ts'
import { afterConflict } from '../storage/contention.ts'
import { endViewingsOn } from '../viewing/end-viewings.ts'
import { isAccessOpen } from './break-glass-rules.ts'
import { tellBreakGlass } from './tell-break-glass.ts'

/** Why an access is ended before its time, and what whoever ends it says of that. */
export type EarlyEnd = { because: (typeof EARLY_ENDS)[number]; reason: string }

/**
 * Ends what is left of an access in an emergency, at once: it is recorded, the grant goes, and what
 * its holder is viewing of the recording ends. One that is over by itself stays as it is; repeating
 * it finishes what was cut off.
 */
export async function endBreakGlass(
  services: Services,
  { principal: { oid: by }, clientAddress }: Visitor,
  { footageId, request }: Pick<BreakGlassRequest, 'footageId' | 'request'>,
  end: EarlyEnd,
): Promise<void> {
  const marked = await markEnded(services, footageId, request, { by, ...end })
  if (marked?.ended?.because !== end.because) return
  const { requester, ended } = marked
  await services.audit.appendOnce(footageId, {
    action: 'break-glass-ended',
    actor: ended.by,
    reason: ended.reason,
    clientAddress,
    detail: { request, oid: requester.oid, because: ended.because },
  })
  await takeAccess(services, marked)
  await tellBreakGlass(services, 'Bluelamp.BreakGlassEnded', footageId)
}

/** Takes away the grant of an approved request, and ends what its holder views by it. */
export async function takeAccess(
  services: Services,
  { footageId, requester: { oid }, approval, ended }: BreakGlassRequest,
): Promise<void> {
  await services.catalogue.change(footageId, ({ grants }) => {
    const left = grants.filter((one) => one.oid !== oid || one.until !== approval?.until)
    return left.length < grants.length ? { grants: left } : null
  })
  const by = ended?.by ?? 'service'
  await endViewingsOn(services, footageId, oid, { by, because: 'access-ended', reason: null })
}

/**
 * Ends the accesses in emergencies of one person to a recording of which their grants were taken.
 */
export async function endBreakGlassOf(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  oid: Oid,
  reason: string,
): Promise<void> {
  for (const request of await services.breakGlass.list(id)) {
    if (request.requester.oid !== oid || !isAccessOpen(request, services.now())) continue
    await endBreakGlass(services, visitor, request, { because: 'revoked', reason })
  }
}

/** Notes the end with the request, unless it was over. What it is by then; null: it gave nothing. */
async function markEnded(
  { breakGlass, now }: Services,
  id: FootageId,
  key: string,
  end: EarlyEnd & { by: Oid },
): Promise<BreakGlassRequest | null> {
  for (let attempt = 0; ; attempt += 1) {
    const stored = await breakGlass.find(id, key)
    if (!stored) throw nothingHere()
    if (stored.value.ended) return stored.value
    if (!isAccessOpen(stored.value, now())) return null
    const marked = { ...stored.value, ended: { ...end, at: now().toISOString() } }
    if (await breakGlass.replace(marked, stored.etag)) return marked
    await afterConflict(attempt)
  }
}
