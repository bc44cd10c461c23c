import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasSpan, spansSchema, withSpan } from '../../../shared/records/spans.ts'

it.each([
  ['', 0, 60.03, '0-61'],
  ['0-61', 60.03, 120, '0-120'],
  ['0-61', 180, 240, '0-61 180-240'],
  ['0-61 180-240', 61, 180, '0-240'],
  ['180-240', 0, 5, '0-5 180-240'],
  ['0-600', 60, 120, '0-600'],
])('%j and %d to %d s make %j', (spans, from, to, together) => {
  expect(withSpan(spans, from, to)).toBe(together)
  expect(hasSpan(together, from, to)).toBe(true)
})

describe('whatever is released, in whatever order', () => {
  const stretch = fc
    .tuple(
      fc.double({ min: 0, max: 500, noNaN: true }),
      fc.double({ min: 0.1, max: 60, noNaN: true }),
    )
    .map(([from, seconds]) => ({ from, to: from + seconds }))
  const together = (stretches: { from: number; to: number }[]) =>
    stretches.reduce((spans, { from, to }) => withSpan(spans, from, to), '')

  it('is all said, and nothing beyond whole seconds of it', () => {
    fc.assert(
      fc.property(fc.array(stretch), fc.nat(600), (stretches, second) => {
        const spans = together(stretches)
        expect(spansSchema.parse(spans)).toBe(spans)
        for (const { from, to } of stretches) expect(hasSpan(spans, from, to)).toBe(true)
        const touched = stretches.some(
          ({ from, to }) => Math.floor(from) <= second && second + 1 <= Math.ceil(to),
        )
        expect(hasSpan(spans, second, second + 1)).toBe(touched)
      }),
    )
  })

  it('is said in the same words', () => {
    fc.assert(
      fc.property(fc.array(stretch), (stretches) => {
        expect(together(stretches.toReversed())).toBe(together(stretches))
      }),
    )
  })
})
