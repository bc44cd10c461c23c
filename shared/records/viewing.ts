import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { roleSchema } from '../clearance/roles.ts'
import { chunkRenditionSchema, footageIdSchema } from '../footage/ids.ts'
import { spansSchema } from './spans.ts'

/** Addresses that are kept of one viewing. More than a few say that its ticket was passed on. */
export const ADDRESSES_LIMIT = 8

/** How a viewing ends: by its viewer, by someone in charge, with the access it rests on, or by itself. */
export const ENDINGS = ['closed', 'revoked', 'access-ended', 'expired'] as const

/** Identifies a viewing. */
export const viewingIdSchema = z.uuid().meta({
  description: 'the id of a viewing, as `viewing` in the answer that opened it',
  examples: ['5f6d2b1c-8a3e-4c7f-9b20-1d4e6f8a0c35'],
})

/** The ticket of a viewing, as it stands in the URLs of a player. */
export const ticketSchema = z.string().meta({
  description: 'the ticket of a playback URL: it stands for its viewer, and is a secret',
  examples: ['eyJ0aWNrZXQiOiJ2aWV3aW5nIn0'],
})

const releasedSchema = z.partialRecord(chunkRenditionSchema, spansSchema)

/** One person watching one recording: everything that one ticket releases. */
export const viewingSchema = z.object({
  schemaVersion: z.literal(1),
  viewing: z.uuid(),
  footageId: footageIdSchema,
  oid: oidSchema,
  /** As the access token had them with which it was opened or last renewed, … */
  roles: z.array(roleSchema),
  /** … and when that token ends, and they count no more. */
  rolesUntil: z.iso.datetime(),
  openedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** Which stretches were released, by rendition, … */
  released: releasedSchema,
  /** … and what of that is in no entry of the trail yet, … */
  unrecorded: releasedSchema,
  /** … and since when it waits. */
  unrecordedSince: z.iso.datetime().nullable(),
  clientAddresses: z.array(z.string()).max(ADDRESSES_LIMIT),
  ended: z
    .object({
      at: z.iso.datetime(),
      by: z.union([oidSchema, z.literal('service')]),
      because: z.enum(ENDINGS),
      reason: z.string().nullable(),
    })
    .nullable(),
})
export type Viewing = z.infer<typeof viewingSchema>
export type Ending = NonNullable<Viewing['ended']>
