import { z } from 'zod'
import type { Oid } from '../clearance/person.ts'
import { nothingHere } from '../errors.ts'
import { type Footage, footageSchema } from '../footage/footage.ts'
import { type FootageId, type PartName, partNameSchema } from '../footage/ids.ts'
import { findPart, mayWipe, type Part, partSchema } from '../footage/parts.ts'
import type { Services } from '../services.ts'
import { pendingBlockSchema } from '../storage/blobs/landing.ts'

/** The dock that asks, and from where. */
export type Docked = { oid: Oid; clientAddress: string | null }

/** What has become of an upload, and whether the camera may be wiped. */
export const uploadStatusSchema = footageSchema.pick({ id: true, state: true }).extend({
  mayWipe: z.boolean().describe('whether the camera may be wiped'),
  sendAgain: z.array(partNameSchema).describe('parts whose bytes were not as declared'),
  parts: z.array(
    partSchema.pick({ part: true, state: true }).extend({
      mismatches: z
        .int()
        .nonnegative()
        .describe('failed attempts: a dock tells a new verdict from an old one by it'),
      problem: z.string().optional().describe('what was wrong with the last attempt'),
    }),
  ),
})
export type UploadStatus = z.infer<typeof uploadStatusSchema>

/** The blocks of a part that have arrived. */
export const pendingBlocksSchema = z.object({
  part: partNameSchema,
  blocks: z.array(pendingBlockSchema),
})

/**
 * What has become of a dock's own upload.
 * @throws BluelampError `not-found` for another dock's, as for one that does not exist
 */
export async function uploadStatus(
  services: Services,
  dock: Docked,
  id: FootageId,
): Promise<UploadStatus> {
  const footage = await ownUpload(services, dock, id)
  return {
    id,
    state: footage.state,
    mayWipe: mayWipe(footage),
    sendAgain: footage.parts.filter(({ state }) => state === 'mismatched').map(({ part }) => part),
    parts: footage.parts.map((part) => ({
      part: part.part,
      state: part.state,
      mismatches: part.mismatches.length,
      ...(part.state === 'mismatched' && { problem: problemOf(part) }),
    })),
  }
}

/**
 * The blocks of a part that have arrived but are not committed, for a dock that was interrupted.
 * @throws BluelampError `not-found` as uploadStatus does, and for a part that was not declared
 */
export async function pendingBlocks(
  services: Services,
  dock: Docked,
  id: FootageId,
  part: PartName,
): Promise<z.infer<typeof pendingBlocksSchema>> {
  const footage = await ownUpload(services, dock, id)
  if (!findPart(footage, part)) throw nothingHere()
  return { part, blocks: await services.landing.pendingBlocks(id, part) }
}

async function ownUpload(
  { catalogue, attempts }: Services,
  { oid, clientAddress }: Docked,
  id: FootageId,
): Promise<Footage> {
  const footage = await catalogue.find(id)
  if (footage?.dock === oid) return footage
  const refusal = footage ? 'another-dock' : 'missing'
  await attempts.note({
    actor: oid,
    action: 'upload-footage',
    footageId: id,
    refusal,
    clientAddress,
  })
  throw nothingHere()
}

function problemOf({ mismatches }: Part): string {
  const last = mismatches.at(-1)
  if (!last) return 'The bytes were not what was declared. Send them again.'
  const { reason, declared, measured } = last
  return reason === 'size-differs'
    ? `Declared ${declared.size} bytes, received ${measured.size}. Send it again.`
    : `Declared SHA-256 ${declared.sha256}, received ${measured.sha256}. Send it again.`
}
