import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { sha256Schema } from '../footage/footage.ts'
import { footageIdSchema } from '../footage/ids.ts'
import { digestOf } from './canonical.ts'

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
  'break-glass-reviewed': null,
  'change-abandoned': null,
} as const
export type AuditedAction = keyof typeof AUDITED_ACTIONS

/** The predecessor of the first entry. */
export const GENESIS = '0'.repeat(64)

/** Who acted: a person or a dock by its directory id, or the service itself. */
const actorSchema = z.union([oidSchema, z.literal('service')])

export const auditEntrySchema = z.object({
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  sequence: z.int().positive(),
  at: z.iso.datetime(),
  action: z.enum(Object.keys(AUDITED_ACTIONS) as [AuditedAction, ...AuditedAction[]]),
  processing: z
    .enum(['collection', 'alteration', 'consultation', 'disclosure', 'combination', 'erasure'])
    .nullable(),
  actor: actorSchema,
  basis: z.string().nullable().describe('role and tie by which access was allowed'),
  reason: z.string().nullable(),
  clientAddress: z.string().nullable(),
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
  previous: sha256Schema,
  hash: sha256Schema,
})
export type AuditEntry = z.infer<typeof auditEntrySchema>

/** What a caller says of an act; the chain adds the rest. */
export type AuditAct = {
  action: AuditedAction
  actor: AuditEntry['actor']
  basis?: string
  reason?: string | undefined
  clientAddress?: string | null
  detail?: AuditEntry['detail']
}

/** The entry that follows `head` (null: the first) in the chain of a recording. */
export function nextEntry(
  footageId: AuditEntry['footageId'],
  head: AuditEntry | null,
  act: AuditAct,
  at: Date,
): AuditEntry {
  const entry = {
    schemaVersion: 1 as const,
    footageId,
    sequence: (head?.sequence ?? 0) + 1,
    at: at.toISOString(),
    action: act.action,
    processing: AUDITED_ACTIONS[act.action],
    actor: act.actor,
    basis: act.basis ?? null,
    reason: act.reason ?? null,
    clientAddress: act.clientAddress ?? null,
    detail: act.detail ?? {},
    previous: head?.hash ?? GENESIS,
  }
  return { ...entry, hash: hashOf(entry) }
}

/**
 * What is wrong with an entry: no entry at all, of another recording, out of order, not the
 * successor, altered.
 */
export const CHAIN_BREAKS = ['unreadable', 'footage', 'sequence', 'previous', 'hash'] as const
export type ChainBreak = (typeof CHAIN_BREAKS)[number]

/** What verification of a chain found: how far it is whole, and the first entry that is not. */
export type ChainVerdict =
  | { whole: true; entries: number; head: string }
  | { whole: false; entries: number; brokenAt: number; because: ChainBreak }

/**
 * Checks the entries of a recording in the order of their sequence; null stands for a row that
 * holds no entry. A truncated tail needs an anchor to be seen.
 */
export function verifyChain(
  footageId: AuditEntry['footageId'],
  entries: readonly (AuditEntry | null)[],
): ChainVerdict {
  let previous = GENESIS
  for (const [index, entry] of entries.entries()) {
    const sequence = index + 1
    const broken = (because: ChainBreak): ChainVerdict => ({
      whole: false,
      entries: entries.length,
      brokenAt: sequence,
      because,
    })
    if (!entry) return broken('unreadable')
    if (entry.footageId !== footageId) return broken('footage')
    if (entry.sequence !== sequence) return broken('sequence')
    if (entry.previous !== previous) return broken('previous')
    const { hash, ...content } = entry
    if (hashOf(content) !== hash) return broken('hash')
    previous = hash
  }
  return { whole: true, entries: entries.length, head: previous }
}

/** SHA-256 over the canonical JSON (RFC 8785) of an entry without its own hash. */
const hashOf = (entry: Omit<AuditEntry, 'hash'>): string => digestOf(entry)
