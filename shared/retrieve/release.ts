import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import { partFileName } from '../footage/file-names.ts'
import type { FootageId } from '../footage/ids.ts'
import { findPart } from '../footage/parts.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { requireReason } from '../records/reason.ts'
import type { Services } from '../services.ts'
import { type SignedUrl, signedUrlSchema } from '../storage/sas.ts'
import type { Why } from './open-playback.ts'
import { VIEW_SAS_LIFE_MS } from './play.ts'

/** An original may be large: the URL must live until the download has begun, not until its end. */
const ORIGINAL_SAS_LIFE_MS = 2 * 60_000

/** An original to take away, with what proves that it arrived whole. */
export const takenOriginalSchema = signedUrlSchema.extend({
  sha256: sha256Schema,
  size: z.int().nonnegative().describe('bytes'),
  fileName: z.string().describe('under which the download is saved'),
})
export type TakenOriginal = z.infer<typeof takenOriginalSchema>

/**
 * Hands out the original of a recording: recorded as disclosure first.
 * @throws BluelampError `not-found` if refused or missing; `conflict` before it is secured
 */
export async function takeOriginal(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  why: Why,
): Promise<TakenOriginal> {
  const { footage, basis } = await admit(services, visitor, 'take-original', id)
  const reason = requireReason(services.config, why, 'Say why you take this footage.')
  const part = findPart(footage, 'recording')
  if (!part?.original)
    throw new BluelampError('conflict', `It is ${footage.state}, not secured yet.`)
  const { sha256, size } = part.original
  await services.audit.append(id, {
    action: 'original-taken',
    actor: visitor.principal.oid,
    basis,
    reason,
    purpose: why.purpose,
    clientAddress: visitor.clientAddress,
    detail: { sha256 },
  })
  const fileName = partFileName(id, 'recording', part.declared.contentType)
  const signed = await services.originals.signRead(part.original, ORIGINAL_SAS_LIFE_MS, fileName)
  return { ...signed, sha256, size, fileName }
}

/**
 * Where the poster of a recording can be read for a short while.
 * @throws BluelampError `not-found` if refused, missing, or not made yet
 */
export async function releasePoster(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<SignedUrl> {
  const { footage, basis } = await admit(services, visitor, 'view', id)
  if (!footage.poster) throw nothingHere()
  await services.audit.append(id, {
    action: 'poster-viewed',
    actor: visitor.principal.oid,
    basis,
    clientAddress: visitor.clientAddress,
  })
  return services.renditions.signRead(footage.poster.blob, VIEW_SAS_LIFE_MS)
}
