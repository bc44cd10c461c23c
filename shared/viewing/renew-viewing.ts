import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { VouchedVisitor } from '../access/visitor.ts'
import { BluelampError } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { requireNotOver } from './viewing.ts'
import { watching } from './watching.ts'

/** Until when a viewing goes on. */
export const renewedSchema = z.object({
  viewing: z.uuid().describe('by which it is renewed and ended'),
  expiresAt: z.iso.datetime().describe('when the viewing ends at the latest'),
  renewBy: z.iso
    .datetime()
    .describe('until then the access token vouches for its viewer; renewed, it goes on'),
})

/**
 * Vouches for a viewer anew. Roles are in access tokens alone, and a token is good for an hour or so:
 * a viewing is as good as the one it was opened or last renewed with, so who loses a role loses it
 * here as soon as everywhere else. The ticket stays the same, and the player need not know.
 * @throws BluelampError `not-found` if refused or missing, or someone else's; `playback-ended`
 */
export async function renewViewing(
  services: Services,
  visitor: VouchedVisitor,
  id: FootageId,
  viewing: string,
): Promise<z.infer<typeof renewedSchema>> {
  const { viewings, now } = services
  const { principal, vouchedUntil } = visitor
  await admit(services, visitor, watching, id)
  const renewed = await viewings.change(id, viewing, (current) => {
    if (current.oid !== principal.oid) throw noneOfYours()
    requireNotOver(current, now())
    return { ...current, roles: principal.roles, rolesUntil: vouchedUntil }
  })
  if (!renewed) throw noneOfYours()
  return { viewing, expiresAt: renewed.expiresAt, renewBy: renewed.rolesUntil }
}

const noneOfYours = (): BluelampError =>
  new BluelampError('not-found', 'You have no such viewing of this recording.')
