import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { londonTime } from '../footage/clock.ts'
import { type Footage, footageSchema } from '../footage/footage.ts'
import { type FootageId, partNameSchema } from '../footage/ids.ts'
import { PART_STATES } from '../footage/parts.ts'
import { sha256Schema } from '../footage/sha256.ts'
import type { Services } from '../services.ts'

/** What a person sees of a recording. Where its bytes lie and who holds grants is no part of it. */
export const footageDetailSchema = footageSchema
  .omit({
    grants: true,
    holds: true,
    disposal: true,
    alerted: true,
    poster: true,
    schemaVersion: true,
    failure: true,
    dock: true,
  })
  .extend({
    recordedAtLondon: z.string().describe('as people in London read it'),
    hasPoster: z.boolean(),
    parts: z.array(
      z.object({
        part: partNameSchema,
        size: z.int().nonnegative().describe('bytes'),
        sha256: sha256Schema
          .nullable()
          .describe('null: the device gave none, and it has not arrived'),
        verified: z.boolean().describe('whether the bytes were as declared'),
        state: z.enum(PART_STATES),
      }),
    ),
  })
  .meta({ id: 'Footage' })
export type FootageDetail = z.infer<typeof footageDetailSchema>

/**
 * Everything about a recording but the footage itself. Looking it up is recorded.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function footageDetail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<FootageDetail> {
  const { footage, basis } = await admit(services, visitor, 'list', id)
  await services.audit.append(id, {
    action: 'metadata-viewed',
    actor: visitor.principal.oid,
    basis,
    clientAddress: visitor.clientAddress,
  })
  return shownOf(footage)
}

/** What of a recording is shown to those who may list it. */
export function shownOf(footage: Footage): FootageDetail {
  const {
    grants,
    holds,
    disposal,
    alerted,
    parts,
    poster,
    schemaVersion,
    failure,
    dock,
    ...shown
  } = footage
  return {
    ...shown,
    recordedAtLondon: londonTime(footage.clock.recordedAt),
    hasPoster: poster !== undefined,
    parts: parts.map(({ part, declared, original, state }) => ({
      part,
      size: original?.size ?? declared.size,
      sha256: original?.sha256 ?? declared.sha256,
      verified: original !== undefined,
      state,
    })),
  }
}
