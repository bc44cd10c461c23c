import { admit } from '../access/admit.ts'
import type { Ticket } from '../access/tickets.ts'
import type { Visitor } from '../access/visitor.ts'
import type { Oid } from '../clearance/person.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Ending, Viewing } from '../records/viewing.ts'
import type { Services } from '../services.ts'
import { closedAct } from './viewing.ts'

/**
 * Ends one viewing: its viewer closes it, or someone who may give and take access to the recording
 * ends it and says why. Its ticket opens nothing from the next request on.
 * @throws BluelampError `not-found` if refused or missing; `invalid-request` without a reason
 */
export async function endViewing(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  viewing: string,
  { reason }: { reason?: string | undefined },
): Promise<void> {
  const found = await services.viewings.find(id, viewing)
  const { oid } = visitor.principal
  if (found?.oid === oid) return closeViewing(services, found, oid)
  await admit(services, visitor, 'grant', id)
  if (!found) throw new BluelampError('not-found', 'There is no such viewing of this recording.')
  if (reason === undefined) {
    throw new BluelampError('invalid-request', 'Say why you end what another is viewing.', {
      errors: [{ field: 'reason', message: 'required' }],
    })
  }
  await end(services, found, { by: oid, because: 'revoked', reason })
}

const closeViewing = (services: Services, viewing: Viewing, by: Oid): Promise<void> =>
  end(services, viewing, { by, because: 'closed', reason: null })

/**
 * Ends the viewing of a ticket, by the word of whoever has it.
 * @throws BluelampError `not-found` if it is long forgotten
 */
export async function closeByTicket(services: Services, ticket: Ticket): Promise<void> {
  const found = await services.viewings.find(ticket.footageId, ticket.viewing)
  if (!found) throw nothingHere()
  await closeViewing(services, found, ticket.oid)
}

/**
 * Ends a viewing and puts all that it released into the trail. Whoever was first has ended it; should
 * they have died before the entry was written, the timer writes it.
 */
export async function end(
  { viewings, audit, now }: Pick<Services, 'viewings' | 'audit' | 'now'>,
  { footageId, viewing }: Pick<Viewing, 'footageId' | 'viewing'>,
  ending: Omit<Ending, 'at'>,
): Promise<void> {
  const ended = await viewings.change(footageId, viewing, (current) =>
    current.ended ? current : { ...current, ended: { ...ending, at: now().toISOString() } },
  )
  if (!ended?.ended) return
  await audit.appendOnce(footageId, closedAct(ended, ended.ended))
  await viewings.noteClosed(ended)
}
