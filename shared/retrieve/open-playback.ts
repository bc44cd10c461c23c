import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { VouchedVisitor } from '../access/visitor.ts'
import { purposeSchema } from '../audit/purposes.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import { freeTextSchema } from '../footage/free-text.ts'
import type { FootageId } from '../footage/ids.ts'
import { renditionProgressSchema } from '../footage/renditions.ts'
import { statementOf } from '../media/statement.ts'
import { requireReason } from '../records/reason.ts'
import type { Services } from '../services.ts'
import { renewedSchema } from '../viewing/renew-viewing.ts'
import { newViewing } from '../viewing/viewing.ts'
import { watching } from '../viewing/watching.ts'
import { startDeferredProxy } from './deferred-proxy.ts'

/** Why someone opens footage, in words and in kind. The words are required where policy says so. */
export const whySchema = z.strictObject({
  reason: freeTextSchema({ min: 3, max: 500 })
    .optional()
    .meta({
      description:
        'why, for the record; must be given unless the policy of the service (REASON_REQUIRED) is otherwise',
      examples: ['case review'],
    }),
  purpose: purposeSchema.optional(),
})
export type Why = z.infer<typeof whySchema>

/** What a player needs, and what every viewer must be told about what they see. */
export const playbackSchema = z.object({
  url: z.url().describe('HLS master playlist; the ticket in it is a secret'),
  storyboardUrl: z.url().describe('WebVTT with pictures to scrub by'),
  ...renewedSchema.shape,
  renditions: z.array(
    renditionProgressSchema
      .pick({ kind: true, state: true })
      .extend({ statement: z.string().describe('what one is watching') }),
  ),
  note: z.string().optional().describe('what the viewer should know of the recording'),
})
export type Playback = z.infer<typeof playbackSchema>

/**
 * Opens a recording for viewing: records it, then hands out a ticket in a URL that any HLS player
 * can use. Playback may begin as soon as the first chunk is rendered.
 * @throws BluelampError `not-found` if refused or missing; `conflict` if it is not playable (yet)
 */
export async function openPlayback(
  services: Services,
  visitor: VouchedVisitor,
  id: FootageId,
  why: Why,
  baseUrl: string,
): Promise<Playback> {
  const { audit, tickets, renditions, viewings, now } = services
  const { footage, basis } = await admit(services, visitor, watching, id)
  const reason = requireReason(services.config, why, 'Say why you open this footage.')
  refuseUnplayable(footage)
  const viewing = newViewing(randomUUID(), visitor, id, now())
  const { oid, expiresAt } = viewing
  await audit.append(id, {
    action: 'playback-opened',
    actor: oid,
    basis,
    reason,
    purpose: why.purpose,
    clientAddress: visitor.clientAddress,
    detail: { viewing: viewing.viewing },
  })
  await viewings.add(viewing)
  await startDeferredProxy(services, id)
  const plan = await renditions.readPlan(id)
  const ticket = tickets.issue({ oid, footageId: id, viewing: viewing.viewing })
  const base = `${baseUrl}/api/play/${ticket}`
  return {
    url: `${base}/master.m3u8`,
    storyboardUrl: `${base}/storyboard.vtt`,
    viewing: viewing.viewing,
    expiresAt,
    renewBy: viewing.rolesUntil,
    renditions: footage.renditions.map(({ kind, state }) => ({
      kind,
      state,
      statement: statementOf(kind, plan),
    })),
    ...(footage.media?.note && { note: footage.media.note }),
  }
}

function refuseUnplayable({ state, unplayable, renditions }: Footage): void {
  if (renditions.some(({ finished }) => finished > 0)) return
  throw new BluelampError(
    'conflict',
    state === 'unplayable'
      ? `It cannot be played. ${unplayable?.detail ?? 'No reason is known.'} The original can be taken.`
      : `Nothing of it can be played yet: it is ${state}. Try again shortly.`,
  )
}
