import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  REFERENCE_TYPES,
  referenceQuerySchema,
  referenceSchema,
} from '../../../shared/clearance/references.ts'

const spelled = (value: string) => referenceSchema.safeParse({ type: 'crime', value }).data?.value

describe('the value of a reference', () => {
  it.each([
    ['2412345/26', '2412345/26'],
    ['  cad 1234  /  23nov26 ', 'CAD 1234 / 23NOV26'],
    ['ab\t c', 'AB C'],
    // Composed and decomposed, the same letter.
    ['e\u0301x-1', '\u00c9X-1'],
    ['\u00e9x-1', '\u00c9X-1'],
  ])('has one spelling: %j is %j', (written, kept) => {
    expect(spelled(written)).toBe(kept)
  })

  it.each(['', '   ', '/1', 'a;b', 'a#b', "a'b", 'a\\b', 'a?b', 'a%b', '\u0000a', 'x'.repeat(51)])(
    'is refused as %j',
    (written) => {
      expect(spelled(written)).toBeUndefined()
    },
  )

  it('spelled once stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (written) => {
        const once = spelled(written)
        if (once !== undefined) expect(spelled(once)).toBe(once)
      }),
    )
  })
})

describe('a reference in a query', () => {
  it.each(REFERENCE_TYPES)('of type %s is read', (type) => {
    expect(referenceQuerySchema.parse(`${type}:ab 1`)).toEqual({ type, value: 'AB 1' })
  })

  it.each(['', 'crime', 'crime:', ':1', 'Crime:1', 'summons:1', 'crime:1:2'])(
    'is refused as %j',
    (text) => {
      expect(referenceQuerySchema.safeParse(text).success).toBe(false)
    },
  )
})
