import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Ticket } from '../access/tickets.ts'
import type { Visitor } from '../access/visitor.ts'
import type { Oid } from '../clearance/person.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Ending, Viewing } from '../records/viewing.ts'
import type { Services } from '../services.ts'
import type { AlteredViewing, ViewingPointer } from '../storage/tables/viewings.ts'
import { findIntact, loseViewing } from './lose-viewing.ts'
import { closedAct } from './viewing.ts'

/** How many viewings were open, and are not any more. */
export const endedSchema = z.object({ ended: z.int() })

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
 * Ends all viewings of a recording.
 * @returns how many were open
 * @throws BluelampError `not-found` if refused or missing
 */
export async function endViewingsOfFootage(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  { reason }: { reason: string },
): Promise<number> {
  await admit(services, visitor, 'grant', id)
  const { oid: by } = visitor.principal
  return endAll(services, services.viewings.ofFootage(id), async (viewing) => {
    if ('altered' in viewing) return endAltered(services, viewing, by, reason)
    if (viewing.ended) return false
    await end(services, viewing, { by, because: 'revoked', reason })
    return true
  })
}

/** Ends what one person is viewing of a recording. */
export async function endViewingsOn(
  services: Services,
  id: FootageId,
  person: Oid,
  ending: Omit<Ending, 'at'>,
): Promise<void> {
  await endAll(
    services,
    services.viewings.ofPerson(person),
    async (pointer) => pointer.footageId === id && endPointed(services, pointer, ending),
  )
}

/**
 * Ends all viewings of a person, whatever they watch.
 * @returns how many were open
 */
export async function endViewingsOfPerson(
  services: Services,
  by: Oid,
  person: Oid,
  reason: string,
): Promise<number> {
  const ending = { by, because: 'revoked', reason } as const
  return endAll(services, services.viewings.ofPerson(person), (pointer) =>
    endPointed(services, pointer, ending),
  )
}

/** Ends the viewing that a pointer of its viewer names; says whether it was open. */
async function endPointed(
  services: Services,
  pointer: ViewingPointer,
  ending: Omit<Ending, 'at'>,
): Promise<boolean> {
  if (pointer.closed) return false
  const viewing = await findIntact(services, pointer)
  if (viewing === 'record-altered') {
    const { by: actor, reason } = ending
    await loseViewing(services, pointer, viewing, { actor, reason: reason ?? undefined })
    return true
  }
  // Pointers are written first: one without a viewing may be of one that is about to begin.
  if (viewing === 'record-missing' || viewing.ended) return false
  await end(services, viewing, ending)
  return true
}

/**
 * Ends each of some viewings, whatever happens to the others.
 * @returns how many were open
 * @throws the first of what went wrong, after the last of them
 */
async function endAll<V extends Pick<Viewing, 'footageId' | 'viewing'>>(
  { log }: Services,
  viewings: AsyncIterable<V>,
  endOne: (viewing: V) => Promise<boolean>,
): Promise<number> {
  let open = 0
  const failures: unknown[] = []
  for await (const one of viewings) {
    try {
      if (await endOne(one)) open += 1
    } catch (error) {
      const { footageId, viewing } = one
      const because = error instanceof Error ? error.message : String(error)
      log.error('a viewing that was to be ended may go on', { footageId, viewing, because })
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return open
}

/** Closes a viewing of which the row tells nothing: who watched is known from its pointer. */
async function endAltered(
  services: Services,
  { footageId, viewing }: AlteredViewing,
  by: Oid,
  reason: string,
): Promise<boolean> {
  for await (const pointer of services.viewings.all()) {
    if (pointer.viewing !== viewing || pointer.footageId !== footageId) continue
    if (!pointer.closed) {
      await loseViewing(services, pointer, 'record-altered', { actor: by, reason })
    }
    return !pointer.closed
  }
  services.log.error('an altered row of a viewing belongs to nobody', { footageId, viewing })
  return false
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
