import { z } from 'zod'
import { type Oid, type RegisterEntry, registerEntrySchema } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { registerReasonShape, requireReason } from '../records/reason.ts'
import { registerChangeSchema } from '../records/register-change.ts'
import type { Services } from '../services.ts'

/** An entry of the people register with the version it has. */
export type VersionedEntry = { entry: RegisterEntry; etag: string }

/** What the register is to say of a person, and why. */
export const registerRequestSchema = registerEntrySchema
  .extend(registerReasonShape)
  .meta({ id: 'PersonRequest' })

/**
 * What the register says of a person.
 * @throws BluelampError `not-found`
 */
export async function readRegister({ people }: Services, oid: Oid): Promise<VersionedEntry> {
  const found = await people.find(oid)
  if (found) return found
  throw new BluelampError('not-found', 'The people register has no such person.')
}

/**
 * Writes what the register says of a person. It counts from that person's next request.
 * Who changed it, and to what, goes into the person's history in the same transaction.
 * @param ifMatch the ETag of the entry to replace; null to add a person
 * @throws BluelampError `invalid-request` without a reason, where policy asks for one; `forbidden` for
 *   oneself; `precondition-failed` if the entry is another by now, or there is one already;
 *   `conflict` if someone else has that warrant number
 */
export async function writeRegister(
  services: Services,
  oid: Oid,
  { reason, ...entry }: z.infer<typeof registerRequestSchema>,
  ifMatch: string | null,
  by: Oid,
): Promise<VersionedEntry> {
  requireReason(services.config, { reason }, 'Say why you change the people register.')
  if (by === oid) {
    throw new BluelampError('forbidden', 'Nobody changes what the register says of themselves.')
  }
  const author = { by, cause: 'entered', ...(reason !== undefined && { reason }) } as const
  if (await services.people.put(oid, entry, ifMatch, author)) return readRegister(services, oid)
  throw new BluelampError(
    'precondition-failed',
    'The entry has changed, or is there already. Read it and send its ETag as If-Match.',
  )
}

/** Every change of an entry, first one first, and whether the hash chain of them is whole. */
export const registerHistorySchema = z.object({
  items: z.array(registerChangeSchema.extend({ entry: registerEntrySchema })),
  whole: z.boolean(),
})

/**
 * Every change of a person's entry, vetting and all, and whether the chain of them is whole.
 * @throws BluelampError `not-found`
 */
export async function readHistory(
  { people }: Services,
  oid: Oid,
): Promise<z.infer<typeof registerHistorySchema>> {
  const { changes, whole } = await people.history(oid)
  if (changes.length > 0) return { items: changes, whole }
  throw new BluelampError('not-found', 'The people register has no such person.')
}
