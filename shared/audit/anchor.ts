import { z } from 'zod'
import { footageIdSchema } from '../footage/ids.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { canonicalBytes, digestOf, GENESIS } from '../records/canonical.ts'
import { type InclusionProof, isIncluded, merkleTree } from './merkle.ts'

/** The head of a chain when it was anchored: the leaf of a Merkle tree. */
export const anchoredHeadSchema = z.object({
  footageId: footageIdSchema,
  sequence: z.int().positive(),
  hash: sha256Schema,
})
export type AnchoredHead = z.infer<typeof anchoredHeadSchema>

/** What vouches for many chain heads at once, and for the anchor before it. */
export const anchorSchema = z.object({
  schemaVersion: z.literal(1),
  number: z.int().positive(),
  at: z.iso.datetime(),
  size: z.int().positive().describe('how many chain heads it is over'),
  root: sha256Schema.describe('of the Merkle tree over their canonical JSON (RFC 9162)'),
  previous: sha256Schema.describe('the hash of the anchor before it'),
})
export type Anchor = z.infer<typeof anchorSchema>

/** That a chain head is in an anchor. */
export const inclusionSchema = z.object({
  schemaVersion: z.literal(1),
  anchor: z.int().positive().describe('the number of the anchor'),
  head: anchoredHeadSchema.describe('the last entry that it is over'),
  index: z.int().nonnegative().describe('the place of the head among the leaves of the tree'),
  path: z.array(sha256Schema).describe('inclusion proof (RFC 9162, section 2.1.3)'),
})
export type Inclusion = z.infer<typeof inclusionSchema>

/** SHA-256 over the canonical JSON of an anchor: what the next one names, and what is timestamped. */
export const anchorHash = (anchor: Anchor): string => digestOf(anchor)

/** The bytes that a timestamp token of an anchor is over. */
export const anchorBytes = (anchor: Anchor): Buffer => canonicalBytes(anchor)

/**
 * The anchor that follows `previous` (null: the first) over these heads, in the order of their
 * recordings, and the proof that each is in it.
 */
export function nextAnchor(
  previous: Anchor | null,
  heads: readonly AnchoredHead[],
  at: Date,
): { anchor: Anchor; inclusions: Inclusion[] } {
  const number = (previous?.number ?? 0) + 1
  const { root, inclusions } = treeOver(number, heads)
  return {
    anchor: {
      schemaVersion: 1,
      number,
      at: at.toISOString(),
      size: heads.length,
      root,
      previous: previous ? anchorHash(previous) : GENESIS,
    },
    inclusions,
  }
}

/** The proofs of an anchor whose heads are stored, or null if they are not the heads it is over. */
export function inclusionsOf(anchor: Anchor, heads: readonly AnchoredHead[]): Inclusion[] | null {
  if (heads.length !== anchor.size) return null
  const { root, inclusions } = treeOver(anchor.number, heads)
  return root === anchor.root ? inclusions : null
}

/** Whether an inclusion proves its head to be in this anchor. */
export function holds({ head, anchor: number, index, path }: Inclusion, anchor: Anchor): boolean {
  const proof: InclusionProof = { index, size: anchor.size, path }
  return number === anchor.number && isIncluded(canonicalBytes(head), proof, anchor.root)
}

function treeOver(
  anchor: number,
  heads: readonly AnchoredHead[],
): { root: string; inclusions: Inclusion[] } {
  const { root, path } = merkleTree(heads.map((head) => canonicalBytes(head)))
  const inclusions = heads.map(
    (head, index): Inclusion => ({ schemaVersion: 1, anchor, head, index, path: path(index) }),
  )
  return { root, inclusions }
}
