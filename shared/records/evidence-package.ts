import { v7 } from 'uuid'
import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { roleSchema } from '../clearance/roles.ts'
import { freeTextSchema } from '../footage/free-text.ts'
import { footageIdSchema, PLAYABLE_KINDS } from '../footage/ids.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { packingProgressSchema } from './packing-list.ts'

const instant = z.iso.datetime()
const count = z.int().nonnegative()

/** Names an evidence package. A UUIDv7: packages of a recording are in the order they were asked for. */
export const packageIdSchema = z
  .uuidv7()
  .brand<'PackageId'>()
  .meta({
    description: 'the id of an evidence package',
    examples: ['019ab4f0-1b2c-7a3d-8e4f-5a6b7c8d9e0f'],
  })
export type PackageId = z.infer<typeof packageIdSchema>

/** Allocates the id of a new package. */
export const newPackageId = (): PackageId => packageIdSchema.parse(v7())

/** In which capacity somebody receives footage. */
const RECIPIENT_CAPACITIES = ['prosecution', 'defence', 'court', 'police', 'other'] as const

/** Somebody whom a package is for. */
export const recipientSchema = z
  .strictObject({
    name: freeTextSchema({ min: 1, max: 100 }).meta({ examples: ['R. Osei'] }),
    organisation: freeTextSchema({ min: 1, max: 100 }).meta({ examples: ['CPS London'] }),
    capacity: z.enum(RECIPIENT_CAPACITIES).describe('as what they receive it'),
    contact: freeTextSchema({ min: 3, max: 200 }).meta({
      description: 'e-mail, telephone or address',
      examples: ['r.osei@cps.example'],
    }),
  })
  .meta({ id: 'Recipient' })
export type Recipient = z.infer<typeof recipientSchema>

/**
 * In which form a package has the audit trail. `continuity`: every entry with its time and action, but
 * who acted and why only where it concerns the footage itself or this package: reasons of others name
 * other people and other cases. `whole`: all of it.
 */
const TRAIL_FORMS = ['continuity', 'whole'] as const
export const trailFormSchema = z
  .enum(TRAIL_FORMS)
  .describe(
    'of the audit trail: continuity leaves out who looked and why; whole is for those who may verify it',
  )
export type TrailForm = z.infer<typeof trailFormSchema>

/**
 * Where a package is in its life.
 * `requested`, `making`: a worker has it in hand or will have · `ready`: it can be fetched ·
 * `failed`: it could not be made · `cancelled`: by a person · `withdrawn`: who asked for it may not
 * have it any more · `expired`: its time is over. Of the last three nothing but this record is kept.
 */
const PACKAGE_STATES = [
  'requested',
  'making',
  'ready',
  'failed',
  'cancelled',
  'withdrawn',
  'expired',
] as const
export const packageStateSchema = z.enum(PACKAGE_STATES).meta({
  description:
    'requested, making: in hand; ready: can be fetched; failed; cancelled: by a person; withdrawn: who asked for it may not have it any more; expired',
  examples: ['ready'],
})
export type PackageState = z.infer<typeof packageStateSchema>

/** The states in which a worker may still make it. */
export const isInHand = (state: PackageState): boolean =>
  state === 'requested' || state === 'making'

/** An evidence package: one row beside the truth of its recording. */
export const evidencePackageSchema = z.object({
  schemaVersion: z.literal(1),
  package: packageIdSchema,
  footageId: footageIdSchema,
  state: packageStateSchema,
  requester: z.object({
    oid: oidSchema,
    roles: z.array(roleSchema).describe('of the token with which it was asked for'),
  }),
  basis: z.string().describe('role and tie by which it was allowed'),
  reason: z.string().nullable(),
  recipients: z.array(recipientSchema),
  renditions: z.array(z.enum(PLAYABLE_KINDS)),
  trail: trailFormSchema,
  requestedAt: instant,
  expiresAt: instant.describe('until when it can be fetched'),
  changedAt: instant,
  totalBytes: count.nullable().describe('of the footage in it; null: not looked at yet'),
  progress: packingProgressSchema.nullable(),
  made: z.object({ size: count, sha256: sha256Schema, etag: z.string(), at: instant }).optional(),
  ended: z.object({ at: instant, because: z.string() }).optional(),
})
export type EvidencePackage = z.infer<typeof evidencePackageSchema>

/** The blob that is a package, and the one beside it that says what goes into it. */
export const packageBlobName = (id: string, key: PackageId): string => `${id}/${key}.zip`
export const packingListBlobName = (id: string, key: PackageId): string =>
  `${id}/${key}.packing.json`
