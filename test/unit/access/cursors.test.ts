import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CURSOR_LIFE_MS, createCursors } from '../../../shared/access/cursors.ts'

const NOW = Date.parse('2026-11-23T12:00:00.000Z')
const cursorsAt = (time: number, key = 1) =>
  createCursors(Buffer.alloc(32, key), () => new Date(time))
const cursors = cursorsAt(NOW)
const BINDING = {
  list: 'footage',
  oid: '0b8f6f5e-3d0b-4c53-9d55-5a1f6f0c1a01',
  query: '{"unit":"camden-cid"}',
}
const REFUSED = expect.objectContaining({
  code: 'invalid-request',
  errors: [{ field: 'cursor', message: 'repeat the query without it' }],
})

it('gives back the position that was sealed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (position) => {
      expect(cursors.open(cursors.seal(position, BINDING), BINDING)).toBe(position)
    }),
  )
})

it('tells its holder nothing of the position', () => {
  const cursor = cursors.seal('hidden-footage-id', BINDING)
  expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('hidden')
})

it('fits into a URL', () => {
  expect(cursors.seal('x'.repeat(200), BINDING)).toMatch(/^[\w-]{1,400}$/)
})

describe('refused is a cursor', () => {
  const cursor = cursors.seal('position', BINDING)

  it('of another caller', () => {
    expect(() => cursors.open(cursor, { ...BINDING, oid: 'someone-else' })).toThrow(REFUSED)
  })

  it('of another list', () => {
    expect(() => cursors.open(cursor, { ...BINDING, list: 'withheld' })).toThrow(REFUSED)
  })

  it('of the shift before', () => {
    expect(cursorsAt(NOW + CURSOR_LIFE_MS - 1).open(cursor, BINDING)).toBe('position')
    expect(() => cursorsAt(NOW + CURSOR_LIFE_MS).open(cursor, BINDING)).toThrow(REFUSED)
  })

  it('of another query', () => {
    expect(() => cursors.open(cursor, { ...BINDING, query: '{}' })).toThrow(REFUSED)
  })

  it('whose binding only reads alike', () => {
    const split = cursors.seal('position', { ...BINDING, oid: 'a', query: 'b","c' })
    expect(() => cursors.open(split, { ...BINDING, oid: 'a","b', query: 'c' })).toThrow(REFUSED)
  })

  it('of another key', () => {
    expect(() => cursorsAt(NOW, 2).open(cursor, BINDING)).toThrow(REFUSED)
  })

  it('with any bit changed', () => {
    const bytes = Buffer.from(cursor, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => cursors.open(forged.toString('base64url'), BINDING), `bit ${bit}`).toThrow(
        REFUSED,
      )
    }
  })

  it('of any length that is made up', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (made) => {
        expect(() => cursors.open(made, BINDING)).toThrow(REFUSED)
      }),
    )
  })
})
