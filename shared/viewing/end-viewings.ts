import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import type { Oid } from '../clearance/person.ts'
import { messageOf } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Ending, Viewing } from '../records/viewing.ts'
import type { Services } from '../services.ts'
import type { AlteredViewing, ViewingPointer } from '../storage/tables/viewings.ts'
import { end } from './end-viewing.ts'
import { findIntact, loseViewing } from './lose-viewing.ts'

/** How many viewings were open, and are not any more. */
export const endedSchema = z.object({ ended: z.int() })

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
      const because = messageOf(error)
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
