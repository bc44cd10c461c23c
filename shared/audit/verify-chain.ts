import { digestOf, GENESIS } from '../records/canonical.ts'
import { type AuditEntry, linkOf, type WithheldEntry } from './chain.ts'
import { type MissingEntry, missingAsTold } from './missing-entry.ts'

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

/** As much of an entry as it takes to check a chain. A long chain is kept in memory as these. */
export type ChainLink = Pick<AuditEntry, 'sequence' | 'at' | 'previous' | 'hash'> & {
  /** What is wrong with it on its own. */
  fault: Extract<ChainBreak, 'footage' | 'hash'> | null
  /** Which other entry it says is missing. */
  missing: MissingEntry | null
}

/** Checks an entry on its own, and keeps what it takes to check it among others. */
export function chainLink(
  footageId: AuditEntry['footageId'],
  entry: AuditEntry | WithheldEntry | null,
): ChainLink | null {
  if (!entry) return null
  const { sequence, at, previous, hash } = entry
  const altered = digestOf(linkOf(entry)) === hash ? null : 'hash'
  return {
    sequence,
    at,
    previous,
    hash,
    fault: entry.footageId === footageId ? altered : 'footage',
    missing: 'detail' in entry ? missingAsTold(entry) : null,
  }
}

/**
 * Checks the links of a recording's chain in the order of their sequence; null stands for a row that
 * holds no entry. A truncated tail needs an anchor to be seen.
 */
export function verifyChain(links: readonly (ChainLink | null)[]): ChainVerdict {
  let previous = GENESIS
  for (const [index, link] of links.entries()) {
    const sequence = index + 1
    const because = breakOf(link, sequence, previous)
    if (because) return { whole: false, entries: links.length, brokenAt: sequence, because }
    previous = link?.hash ?? previous
  }
  return { whole: true, entries: links.length, head: previous }
}

function breakOf(link: ChainLink | null, sequence: number, previous: string): ChainBreak | null {
  if (!link) return 'unreadable'
  if (link.fault === 'footage') return 'footage'
  if (link.sequence !== sequence) return 'sequence'
  return link.previous === previous ? link.fault : 'previous'
}
