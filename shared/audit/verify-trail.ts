import { z } from 'zod'
import { footageIdSchema } from '../footage/ids.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { type Anchor, anchorBytes, anchorSchema, holds, inclusionSchema } from './anchor.ts'
import { auditEntrySchema, withheldEntrySchema } from './chain.ts'
import { missingEntrySchema } from './missing-entry.ts'
import { verifyToken } from './timestamp-token.ts'
import {
  CHAIN_BREAKS,
  type ChainBreak,
  type ChainLink,
  chainLink,
  verifyChain,
} from './verify-chain.ts'

/** What vouches for the chain of a recording from outside of it: one anchor and its timestamp. */
const anchorEvidenceSchema = z
  .object({
    number: z.int().positive(),
    anchor: anchorSchema.nullable().describe('null: what is stored under its name is no anchor'),
    inclusion: inclusionSchema.nullable().describe('null: what is stored as proof is none'),
    token: z.base64().nullable().describe('RFC 3161, DER; null: not timestamped yet'),
  })
  .meta({ id: 'AnchorEvidence' })
export type AnchorEvidence = z.infer<typeof anchorEvidenceSchema>

/** An audit trail as it is handed out: everything that it takes to check it without storage. */
export const exportedTrailSchema = z.object({
  schemaVersion: z.literal(2),
  footageId: footageIdSchema,
  items: z
    .array(z.union([auditEntrySchema, withheldEntrySchema]).nullable())
    .describe('first entry first; null: what is stored there is no entry'),
  anchors: z.array(anchorEvidenceSchema).describe('those over the entries of this page'),
  missing: z
    .array(missingEntrySchema)
    .default([])
    .describe('with the last page: the entries that were begun and are not there'),
  next: z.string().nullable().describe('the cursor of the next page; null: this is the last'),
})
export type ExportedTrail = z.infer<typeof exportedTrailSchema>

/**
 * How an anchor contradicts a chain: entries that it vouches for are gone, or were written anew; or
 * what it is made of does not hold: the proof that the head is in it, or its timestamp.
 */
const ANCHOR_BREAKS = ['truncated', 'rewritten', 'proof', 'token'] as const
export type AnchorBreak = (typeof ANCHOR_BREAKS)[number]

/**
 * The first of the entries that were begun and are not there: its writer died before it was written,
 * storage failed, or it was removed. That cannot be told apart, so it is a kind of its own. Nothing
 * was released for an entry that was never written.
 */
const MISSING = 'missing'

/** Up to where a chain is vouched for, by which anchor, and when that was timestamped. */
const anchoredSchema = z.object({
  upTo: z.int().positive().describe('the last entry that is vouched for'),
  anchor: z.int().positive().describe('by the anchor of this number'),
  at: z.iso.datetime(),
  timestamp: z
    .object({
      at: z.iso.datetime(),
      authority: z.string(),
      trusted: z.boolean().describe('its certificate was checked as well'),
    })
    .nullable()
    .describe('null: the authority has not answered yet'),
})
export type Anchored = z.infer<typeof anchoredSchema>

/** What the verification of a trail found. */
export const trailVerdictSchema = z
  .discriminatedUnion('whole', [
    z.object({
      whole: z.literal(true),
      entries: z.int().nonnegative(),
      head: sha256Schema.describe('the hash of the last entry'),
      anchored: anchoredSchema.nullable().describe('null: nothing of it has been anchored yet'),
      unanchored: z
        .object({ from: z.int().positive(), since: z.iso.datetime() })
        .nullable()
        .describe('the entries since: their chain alone vouches for them until the next anchor'),
    }),
    z.object({
      whole: z.literal(false),
      entries: z.int().nonnegative(),
      brokenAt: z
        .int()
        .positive()
        .describe(
          'the first entry that is missing or not as it was written, as far as can be told',
        ),
      because: z
        .enum([...CHAIN_BREAKS, ...ANCHOR_BREAKS, MISSING])
        .describe('what does not hold there'),
      anchor: z.int().positive().nullable().describe('the anchor that shows it, where one does'),
      provenUpTo: z
        .int()
        .nonnegative()
        .describe('up to here an anchor proves that all is unchanged'),
    }),
  ])
  .meta({ id: 'TrailVerdict' })
export type TrailVerdict = z.infer<typeof trailVerdictSchema>

/** Checks a trail as it was handed out, all pages of it put together. See `verifyLinks`. */
export const verifyTrail = (
  { items, ...trail }: Pick<ExportedTrail, 'footageId' | 'items' | 'anchors' | 'missing'>,
  trustedPem: string | null,
): Promise<TrailVerdict> => {
  const links = items.map((entry) => chainLink(trail.footageId, entry))
  return verifyLinks({ ...trail, links }, trustedPem)
}

/** The links of a chain, null where there is no entry, what vouches for it, and what it lacks. */
type CheckedLinks = Pick<ExportedTrail, 'footageId' | 'anchors' | 'missing'> & {
  links: readonly (ChainLink | null)[]
}

/**
 * Checks a trail: that each entry follows the one before it, and that the chain still holds every
 * head that was anchored and every entry that was begun. Without those, neither a truncated tail nor a chain that was computed
 * anew can be seen.
 * @param trustedPem certificates of timestamp authorities in PEM; null: tokens are checked by the
 * certificates that they carry
 */
export async function verifyLinks(
  { footageId, links, anchors, missing }: CheckedLinks,
  trustedPem: string | null,
): Promise<TrailVerdict> {
  const chain = verifyChain(links)
  const sound = chain.whole ? links.length : chain.brokenAt - 1
  let anchored: Anchored | null = null
  const fault = (
    brokenAt: number,
    because: ChainBreak | AnchorBreak | typeof MISSING,
    anchor: number | null,
  ): TrailVerdict => ({
    whole: false,
    entries: links.length,
    brokenAt,
    because,
    anchor,
    provenUpTo: anchored?.upTo ?? 0,
  })
  for (const { number, anchor, inclusion, token } of anchors.toSorted(byNumber)) {
    const upTo: number = anchored?.upTo ?? 0
    if (anchor?.number !== number || inclusion?.head.footageId !== footageId) {
      return fault(upTo + 1, 'proof', number)
    }
    const { sequence, hash } = inclusion.head
    if (!holds(inclusion, anchor)) return fault(upTo + 1, 'proof', number)
    // What is wrong before it is named by the chain itself.
    if (!chain.whole && sequence > sound) continue
    if (sequence > links.length) return fault(links.length + 1, 'truncated', number)
    if (links[sequence - 1]?.hash !== hash) return fault(upTo + 1, 'rewritten', number)
    const timestamp = await timestampOf(anchor, token, trustedPem)
    if (timestamp === 'invalid') return fault(upTo + 1, 'token', number)
    // The earliest anchor over an entry says most: a later one over the same head adds nothing.
    if (sequence > upTo) anchored = { upTo: sequence, anchor: number, at: anchor.at, timestamp }
  }
  const firstMissing = [...missing, ...links.flatMap((link) => link?.missing ?? [])]
    .filter(({ sequence, hash }) => links[sequence - 1]?.hash !== hash)
    .reduce((first, { sequence }) => Math.min(first, sequence), Number.POSITIVE_INFINITY)
  const brokenAt = chain.whole ? Number.POSITIVE_INFINITY : chain.brokenAt
  if (firstMissing < brokenAt) return fault(firstMissing, MISSING, null)
  if (!chain.whole) return fault(chain.brokenAt, chain.because, null)
  const next = links[anchored?.upTo ?? 0]
  return {
    ...chain,
    anchored,
    unanchored: next ? { from: next.sequence, since: next.at } : null,
  }
}

async function timestampOf(
  anchor: Anchor,
  token: string | null,
  trustedPem: string | null,
): Promise<Anchored['timestamp'] | 'invalid'> {
  if (token === null) return null
  const verdict = await verifyToken(Buffer.from(token, 'base64'), anchorBytes(anchor), trustedPem)
  return verdict.valid ? { ...verdict.timestamp, trusted: verdict.trusted } : 'invalid'
}

const byNumber = (one: AnchorEvidence, other: AnchorEvidence): number => one.number - other.number
