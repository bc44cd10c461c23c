import { createHash } from 'node:crypto'

// Leaves and nodes are hashed with different first bytes, so that no node can pass for a leaf.
const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)

/** A Merkle tree; hashes are SHA-256 in lower-case hexadecimal. */
export type MerkleTree = {
  root: string
  /** The hashes beside the way from a leaf up to the root. */
  path(index: number): string[]
}

/** That a leaf is in a tree: its place, the size of the tree, and the way up to the root. */
export type InclusionProof = { index: number; size: number; path: readonly string[] }

/**
 * The Merkle tree over these leaves, as RFC 9162 section 2.1.1 defines it: a node that has no
 * sibling moves up unchanged.
 * @throws RangeError without any leaf
 */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  const levels = [leaves.map((leaf) => sha256(LEAF_PREFIX, leaf))]
  for (;;) {
    const level = levels.at(-1) ?? []
    const [root] = level
    if (!root) throw new RangeError('A Merkle tree needs at least one leaf.')
    if (level.length === 1) return { root: root.toString('hex'), path: pathThrough(levels) }
    levels.push(parentsOf(level))
  }
}

/** Whether a leaf is in the tree of that root. */
export function isIncluded(leaf: Uint8Array, proof: InclusionProof, root: string): boolean {
  const steps = stepsOf(proof)
  if (!steps) return false
  let hash = sha256(LEAF_PREFIX, leaf)
  for (const { side, hash: text } of steps) {
    const sibling = Buffer.from(text, 'hex')
    hash = side === 'left' ? sha256(NODE_PREFIX, sibling, hash) : sha256(NODE_PREFIX, hash, sibling)
  }
  return hash.toString('hex') === root
}

/** On which side of the way up the hash of a proof stands. */
export type ProofStep = { side: 'left' | 'right'; hash: string }

/** A proof step by step (RFC 9162 section 2.1.3.2); null if it does not lead to the root. */
export function stepsOf({ index, size, path }: InclusionProof): ProofStep[] | null {
  let place = index
  let last = size - 1
  if (place < 0 || place > last) return null
  const steps: ProofStep[] = []
  for (const hash of path) {
    if (last === 0) return null
    const isRight = place % 2 === 1 || place === last
    steps.push({ side: isRight ? 'left' : 'right', hash })
    // The last node of a level moves up until it has a sibling on its left.
    while (isRight && place % 2 === 0 && place !== 0) {
      place = Math.floor(place / 2)
      last = Math.floor(last / 2)
    }
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? steps : null
}

function parentsOf(level: readonly Buffer[]): Buffer[] {
  const parents: Buffer[] = []
  for (let left = 0; left < level.length; left += 2) {
    const [one, other] = level.slice(left, left + 2)
    if (one) parents.push(other ? sha256(NODE_PREFIX, one, other) : one)
  }
  return parents
}

const pathThrough =
  (levels: readonly Buffer[][]): MerkleTree['path'] =>
  (index) =>
    levels.flatMap((level, height) => {
      const place = Math.floor(index / 2 ** height)
      const sibling = level[place % 2 === 1 ? place - 1 : place + 1]
      return sibling ? [sibling.toString('hex')] : []
    })

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
