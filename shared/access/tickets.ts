import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { nothingHere } from '../errors.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { createSealing } from './sealing.ts'

const ticketSchema = z.tuple([oidSchema, footageIdSchema, z.uuid()])

/** What a playback URL carries: who watches which recording, and as which viewing. */
export type Ticket = {
  oid: z.infer<typeof oidSchema>
  footageId: z.infer<typeof footageIdSchema>
  /** Groups everything that one ticket releases. */
  viewing: string
}

/** The action that tickets are for: one of another kind opens nothing. */
const VIEW = ['view']

/**
 * Tickets for players, which cannot send an Authorization header with every request; one that
 * followed a redirect to storage would be refused there. A ticket names person, recording and
 * viewing, so that all that a request is decided on is read at once, and a made-up one costs no
 * read; it is sealed, so that nobody reads names in an address. Whether it still counts, its viewing
 * says.
 */
export type Tickets = {
  issue(ticket: Ticket): string
  /** @throws BluelampError `not-found` for a ticket that was not issued here for viewing */
  open(ticket: string): Ticket
}

/** @param key the app’s own: a ticket of another app opens nothing here */
export function createTickets(key: Uint8Array): Tickets {
  const sealing = createSealing(key, 'ticket')
  return {
    issue: ({ oid, footageId, viewing }) => sealing.seal([oid, footageId, viewing].join(' '), VIEW),
    open(ticket) {
      const parsed = ticketSchema.safeParse(sealing.open(ticket, VIEW)?.split(' '))
      if (!parsed.success) throw nothingHere()
      const [oid, footageId, viewing] = parsed.data
      return { oid, footageId, viewing }
    },
  }
}
