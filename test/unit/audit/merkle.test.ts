import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isIncluded, merkleTree } from '../../../shared/audit/merkle.ts'

/** Different leaves, as chain heads are. */
const leavesArbitrary = fc
  .uniqueArray(fc.string(), { minLength: 1, maxLength: 70 })
  .map((texts) => texts.map((text) => Buffer.from(text)))

const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

/** The definition of RFC 9162 section 2.1.1, word for word: split at the largest power of two. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves
  if (leaves.length === 1 && first) return sha256(Buffer.of(0), first)
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return sha256(
    Buffer.of(1),
    rootByDefinition(leaves.slice(0, split)),
    rootByDefinition(leaves.slice(split)),
  )
}

it('has the root that the RFC defines', () => {
  fc.assert(
    fc.property(leavesArbitrary, (leaves) => {
      expect(merkleTree(leaves).root).toBe(rootByDefinition(leaves).toString('hex'))
    }),
  )
})

it('has the root of the published test vector of Certificate Transparency', () => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].map((hex) =>
    Buffer.from(hex, 'hex'),
  )
  expect(merkleTree(leaves).root).toBe(
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  )
})

it('proves every leaf, and no other in its place', () => {
  fc.assert(
    fc.property(leavesArbitrary, (leaves) => {
      const { root, path } = merkleTree(leaves)
      const size = leaves.length
      leaves.forEach((_, index) => {
        const proof = { index, size, path: path(index) }
        const proven = leaves.flatMap((leaf, at) => (isIncluded(leaf, proof, root) ? [at] : []))
        expect(proven).toEqual([index])
      })
    }),
    { numRuns: 40 },
  )
})

it('does not take a node for a leaf, nor a proof that was cut, grown, moved or altered', () => {
  fc.assert(
    fc.property(leavesArbitrary, fc.nat(), (leaves, seed) => {
      const { root, path } = merkleTree(leaves)
      const size = leaves.length
      const index = seed % size
      const leaf = leaves[index] ?? Buffer.of()
      const whole = path(index)
      const holds = (proof: Partial<{ index: number; size: number; path: string[] }>) =>
        isIncluded(leaf, { index, size, path: whole, ...proof }, root)
      expect(holds({})).toBe(true)
      expect(holds({ path: [...whole, 'ab'.repeat(32)] })).toBe(false)
      expect(holds({ index: index + size })).toBe(false)
      expect(holds({ index: -1 - index })).toBe(false)
      if (whole.length === 0) return
      expect(holds({ path: whole.slice(1) })).toBe(false)
      expect(holds({ path: whole.with(seed % whole.length, 'ab'.repeat(32)) })).toBe(false)
    }),
  )
})

it('is of nothing without leaves', () => {
  expect(() => merkleTree([])).toThrow(RangeError)
})
