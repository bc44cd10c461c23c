import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockListXml, planBlocks } from '../../../infra/local/docking-station/blocks.ts'

const SHA256 = 'ab'.repeat(32)

describe('planBlocks', () => {
  it('covers every byte once, in order, with blocks no longer than allowed', () => {
    const sizes = fc.record({
      size: fc.nat(100_000),
      blockSize: fc.integer({ min: 50, max: 9_999 }),
    })
    fc.assert(
      fc.property(sizes, ({ size, blockSize }) => {
        let end = 0
        for (const { offset, length } of planBlocks(size, blockSize, SHA256)) {
          expect(offset).toBe(end)
          expect(length).toBeGreaterThan(0)
          expect(length).toBeLessThanOrEqual(blockSize)
          end += length
        }
        expect(end).toBe(size)
      }),
    )
  })

  it('gives ids that are distinct and equally long up to the largest blob', () => {
    const small = planBlocks(25, 10, SHA256)
    const [large] = planBlocks(4_000 * 1024 ** 2, 4_000 * 1024 ** 2, null)
    const ids = [...small, ...(large ? [large] : [])].map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
    expect(new Set(ids.map(({ length }) => length)).size).toBe(1)
    expect(Buffer.from(ids[0] ?? '', 'base64').length).toBeLessThanOrEqual(64)
  })

  it('gives the same ids again, but other ones for other content or another block size', () => {
    const idsOf = (blockSize: number, sha256: string) =>
      planBlocks(100, blockSize, sha256).map(({ id }) => id)
    expect(idsOf(10, SHA256)).toEqual(idsOf(10, SHA256))
    expect(idsOf(10, SHA256)).not.toContain(idsOf(20, SHA256)[0])
    expect(idsOf(10, SHA256)).not.toContain(idsOf(10, 'cd'.repeat(32))[0])
  })
})

describe('blockListXml', () => {
  it('lists the blocks in order', () => {
    expect(
      blockListXml([...planBlocks(15, 10, SHA256)].map((b, i) => ({ ...b, id: `id${i}` }))),
    ).toBe(
      '<?xml version="1.0" encoding="utf-8"?><BlockList><Latest>id0</Latest><Latest>id1</Latest></BlockList>',
    )
  })
})
