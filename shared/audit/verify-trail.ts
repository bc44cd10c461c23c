import { type Anchor, anchorBytes, holds } from './anchor.ts'
import type { AnchorEvidence, ExportedTrail } from './exported-trail.ts'
import { verifyToken } from './timestamp-token.ts'
import { type AnchorBreak, type Anchored, MISSING, type TrailVerdict } from './trail-verdict.ts'
import { type ChainBreak, type ChainLink, chainLink, verifyChain } from './verify-chain.ts'

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
 * head that was anchored and every entry that was noted as written. Without those, neither a truncated tail
 * nor a chain that was computed anew can be seen.
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
