import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import { type FootageId, PLAYABLE_KINDS, type PlayableKind } from '../footage/ids.ts'
import {
  type EvidencePackage,
  isInHand,
  newPackageId,
  type Recipient,
  recipientSchema,
  trailFormSchema,
} from '../records/evidence-package.ts'
import { requireReason } from '../records/reason.ts'
import { whySchema } from '../retrieve/open-playback.ts'
import type { Services } from '../services.ts'
import { originalsOf } from './settle-contents.ts'
import { refuseWholeTrail } from './trail-form.ts'

const DAY_MS = 86_400_000
/** Packages of one recording that are in hand or can be fetched at a time. */
const LIVE_LIMIT = 20
/** A block list holds 50,000 blocks of 8 MiB; the rest is room for what goes with the footage. */
const LARGEST_PACKAGE_BYTES = 48_000 * 8 * 1024 * 1024

/** What somebody asks for: why, for whom, what beside the original, and for how long. */
export const packageRequestSchema = whySchema.extend({
  recipients: z.array(recipientSchema).min(1).max(10),
  renditions: z
    .array(z.enum(PLAYABLE_KINDS))
    .transform((kinds) => PLAYABLE_KINDS.filter((kind) => kinds.includes(kind)))
    .optional()
    .describe('absent: the copy if it is ready'),
  trail: trailFormSchema
    .default('continuity')
    .describe(
      '`continuity`: each entry, but who acted and why only where it concerns the footage itself or this package; `whole`: for those who may verify the trail',
    ),
  days: z.int().min(1).max(28).default(14).describe('how long it can be fetched'),
})
export type PackageRequest = z.infer<typeof packageRequestSchema>

/**
 * Asks for an evidence package: recorded as disclosure to its recipients, and then put on the queue.
 * @throws BluelampError `not-found` if refused or missing; `forbidden` for a trail that is not for
 *   them; `conflict` before it is secured, if a rendition that was named is not ready, and over the
 *   limits
 */
export async function requestPackage(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  request: PackageRequest,
): Promise<EvidencePackage> {
  const { audit, packageRows, queues, now } = services
  const { footage, basis } = await admit(services, visitor, 'take-original', id)
  const reason = requireReason(services.config, request, 'Say why you take this footage.')
  await refuseWholeTrail(services, visitor, footage, request.trail)
  refuseTooMuch(footage)
  const renditions = renditionsOf(footage, request.renditions)
  const live = (await packageRows.list(id)).filter(
    ({ state }) => isInHand(state) || state === 'ready',
  )
  if (live.length >= LIVE_LIMIT) {
    throw new BluelampError(
      'conflict',
      `It has ${LIVE_LIMIT} packages already. Cancel one that nobody needs any more.`,
    )
  }
  const at = now()
  const { oid, roles } = visitor.principal
  const row: EvidencePackage = {
    schemaVersion: 1,
    package: newPackageId(),
    footageId: id,
    state: 'requested',
    requester: { oid, roles: [...roles] },
    basis,
    reason: reason ?? null,
    recipients: request.recipients,
    renditions,
    trail: request.trail,
    requestedAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + request.days * DAY_MS).toISOString(),
    changedAt: at.toISOString(),
    totalBytes: null,
    progress: null,
  }
  await audit.append(id, {
    action: 'package-requested',
    actor: oid,
    basis,
    reason,
    purpose: request.purpose,
    clientAddress: visitor.clientAddress,
    detail: {
      package: row.package,
      recipients: recipientsText(row.recipients),
      renditions: renditions.join(', ') || 'none',
      trail: request.trail,
      expiresAt: row.expiresAt,
    },
  })
  await packageRows.add(row)
  await queues.send('make-package', { footageId: id, package: row.package }, 'ordinary')
  return row
}

/** Who receives a package, as the trail says it (DPA 2018 s.62(3)(b)): how to reach them is no part. */
export const recipientsText = (recipients: readonly Recipient[]): string =>
  recipients
    .map(({ name, organisation, capacity }) => `${name}, ${organisation} (${capacity})`)
    .join('; ')

function renditionsOf(
  { renditions }: Footage,
  wanted: readonly PlayableKind[] | undefined,
): PlayableKind[] {
  const isReady = (kind: PlayableKind) =>
    renditions.some((rendition) => rendition.kind === kind && rendition.state === 'ready')
  if (!wanted) return isReady('copy') ? ['copy'] : []
  const missing = wanted.filter((kind) => !isReady(kind))
  if (missing.length === 0) return [...wanted]
  throw new BluelampError(
    'conflict',
    `Not ready: ${missing.join(' and ')}. Ask again later, or without it.`,
  )
}

function refuseTooMuch(footage: Footage): void {
  const bytes = originalsOf(footage).reduce((sum, { size }) => sum + size, 0)
  if (bytes > LARGEST_PACKAGE_BYTES) {
    throw new BluelampError('conflict', 'It is too large for a package. Take the original itself.')
  }
}
