import { randomUUID } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { roleSchema } from '../clearance/roles.ts'
import { nothingHere } from '../errors.ts'
import { footageIdSchema } from '../footage/ids.ts'

/** A ticket lives as long as a shift. It opens nothing by itself: each use is decided anew. */
export const TICKET_LIFE_MS = 12 * 3_600_000

const ISSUER = 'bluelamp'
const AUDIENCE = 'bluelamp:playback'

const ticketSchema = z.object({
  oid: oidSchema,
  roles: z.array(roleSchema),
  footageId: footageIdSchema,
  viewing: z.uuid().describe('groups everything that one ticket releases'),
})

/** What a playback URL carries: who watches which recording. */
export type Ticket = z.infer<typeof ticketSchema>

export type Tickets = {
  issue(
    holder: Omit<Ticket, 'viewing'>,
  ): Promise<{ ticket: string; viewing: string; expiresAt: string }>
  /** @throws BluelampError `not-found` for a ticket that is forged, spent or of another kind */
  open(ticket: string): Promise<Ticket>
}

/**
 * Tickets signed with the app's own key. Players cannot send an Authorization header with every
 * request, and one that follows a redirect to storage would be refused there.
 */
export function createTickets(key: Uint8Array, now: () => Date): Tickets {
  return {
    async issue(holder) {
      const viewing = randomUUID()
      const expires = new Date(now().getTime() + TICKET_LIFE_MS)
      const ticket = await new SignJWT({ ...holder, viewing })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(now())
        .setExpirationTime(expires)
        .sign(key)
      return { ticket, viewing, expiresAt: expires.toISOString() }
    },
    async open(ticket) {
      try {
        const { payload } = await jwtVerify(ticket, key, {
          algorithms: ['HS256'],
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['exp'],
          currentDate: now(),
        })
        return ticketSchema.parse(payload)
      } catch (cause) {
        if (cause instanceof errors.JOSEError || cause instanceof z.ZodError) throw nothingHere()
        throw cause
      }
    },
  }
}
