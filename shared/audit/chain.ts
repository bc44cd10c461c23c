import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { digestOf, GENESIS } from '../records/canonical.ts'
import { type Purpose, purposeSchema } from './purposes.ts'

/**
 * What can happen to a recording, and the kind of processing that it is under section 62 of the
 * Data Protection Act 2018, where it is one.
 * https://www.legislation.gov.uk/ukpga/2018/12/section/62
 */
export const AUDITED_ACTIONS = {
  'footage-secured': 'collection',
  'footage-mismatched': null,
  'footage-sent-again': null,
  'quarantine-inspected': 'consultation',
  'quarantine-released': 'alteration',
  'metadata-viewed': 'consultation',
  'poster-viewed': 'consultation',
  'playback-opened': 'consultation',
  'playback-released': 'consultation',
  'playback-closed': 'consultation',
  'original-taken': 'disclosure',
  'package-requested': 'disclosure',
  'package-made': null,
  'package-released': 'disclosure',
  // A copy goes, the recording stays: that is no erasure.
  'package-removed': null,
  'audit-read': 'consultation',
  'renditions-redriven': null,
  'made-urgent': null,
  'marking-changed': 'alteration',
  'restrictions-changed': 'alteration',
  'category-changed': 'alteration',
  'metadata-corrected': 'alteration',
  'reference-linked': 'combination',
  'reference-unlinked': 'alteration',
  'case-marked': 'combination',
  'access-granted': null,
  'access-revoked': null,
  'hold-placed': null,
  'hold-released': null,
  'retention-reviewed': null,
  'disposal-ordered': null,
  'disposal-called-off': null,
  'disposal-begun': null,
  'footage-disposed': 'erasure',
  'renditions-erased': null,
  'break-glass-asked': null,
  'break-glass-approved': null,
  'break-glass-refused': null,
  'break-glass-reviewed': null,
  'break-glass-ended': null,
  'change-abandoned': null,
  'entry-missing': null,
} as const
export type AuditedAction = keyof typeof AUDITED_ACTIONS

/** Who acted: a person or a dock by its directory id, or the service itself. */
const actorSchema = z.union([oidSchema, z.literal('service')])

/** What an entry says of who acted and why. */
const particularsShape = {
  actor: actorSchema.describe('a person or a dock; or the service itself'),
  basis: z.string().nullable().describe('role and tie by which access was allowed'),
  reason: z.string().nullable(),
  purpose: purposeSchema.nullable().optional().describe('absent: written before it was asked for'),
  clientAddress: z.string().nullable().describe('as the front end of the platform saw it'),
  detail: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .describe('what belongs to the action, by name'),
  salt: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({
      description: 'random, so that what is withheld cannot be guessed from its digest',
      examples: ['00112233445566778899aabbccddeeff'],
    }),
}

/** What an entry says of itself and of its place in the chain. */
const linkShape = {
  schemaVersion: z.literal(2),
  footageId: footageIdSchema,
  sequence: z.int().positive().describe('the place in the chain: 1 is the first'),
  at: z.iso.datetime(),
  action: z.enum(Object.keys(AUDITED_ACTIONS) as [AuditedAction, ...AuditedAction[]]),
  processing: z
    .enum(['collection', 'alteration', 'consultation', 'disclosure', 'combination', 'erasure'])
    .nullable()
    .describe('its kind under section 62 of the Data Protection Act 2018'),
  previous: sha256Schema.describe('the hash of the entry before it; 64 zeros: the first'),
  hash: sha256Schema.describe('over place, action and time, and the digest of the particulars'),
}

export const auditEntrySchema = z
  .object({ ...linkShape, ...particularsShape })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof auditEntrySchema>

/** An entry without its particulars: their digest keeps the chain whole. */
export const withheldEntrySchema = z
  .object({
    ...linkShape,
    particulars: sha256Schema.describe('the digest of who, why and what, which are withheld'),
  })
  .meta({ id: 'WithheldAuditEntry' })
export type WithheldEntry = z.infer<typeof withheldEntrySchema>

/** What a caller says of an act; the chain adds the rest. */
export type AuditAct = {
  action: AuditedAction
  actor: AuditEntry['actor']
  basis?: string
  reason?: string | undefined
  purpose?: Purpose | undefined
  clientAddress?: string | null
  detail?: AuditEntry['detail']
}

/** What the next entry follows. */
export type ChainHead = Pick<AuditEntry, 'sequence' | 'hash'>

/** The entry that follows `head` (null: the first) in the chain of a recording. */
export function nextEntry(
  footageId: AuditEntry['footageId'],
  head: ChainHead | null,
  act: AuditAct,
  at: Date,
  salt: string = randomBytes(16).toString('hex'),
): AuditEntry {
  const entry = {
    schemaVersion: 2 as const,
    footageId,
    sequence: (head?.sequence ?? 0) + 1,
    at: at.toISOString(),
    action: act.action,
    processing: AUDITED_ACTIONS[act.action],
    actor: act.actor,
    basis: act.basis ?? null,
    reason: act.reason ?? null,
    purpose: act.purpose ?? null,
    clientAddress: act.clientAddress ?? null,
    detail: act.detail ?? {},
    salt,
    previous: head?.hash ?? GENESIS,
  }
  return { ...entry, hash: digestOf(linkOf(entry)) }
}

/** What the digest of an entry's particulars is over. */
export const particularsOf = (entry: Pick<AuditEntry, keyof typeof particularsShape>) => {
  const { actor, basis, reason, purpose, clientAddress, detail, salt } = entry
  // Canonical JSON leaves out what is undefined: entries without a purpose keep their digest.
  return { actor, basis, reason, purpose, clientAddress, detail, salt }
}

/**
 * What the hash of an entry is over: its place in the chain, what was done and when, and the digest
 * of its particulars. So the particulars of an entry can be withheld, and the chain still be proven.
 */
export function linkOf(entry: Omit<AuditEntry, 'hash'> | Omit<WithheldEntry, 'hash'>) {
  const { schemaVersion, footageId, sequence, at, action, processing, previous } = entry
  const particulars = 'particulars' in entry ? entry.particulars : digestOf(particularsOf(entry))
  return { schemaVersion, footageId, sequence, at, action, processing, previous, particulars }
}

/** An entry with its particulars withheld. */
export const withheld = (entry: AuditEntry): WithheldEntry => ({
  ...linkOf(entry),
  hash: entry.hash,
})
