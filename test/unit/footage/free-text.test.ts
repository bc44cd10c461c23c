import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freeTextSchema } from '../../../shared/footage/free-text.ts'

const schema = freeTextSchema({ min: 1, max: 1_000 })
const takes = (text: string): boolean => schema.safeParse(text).success

describe('text that people write', () => {
  it.each(['Öffnung für Chloë 👮🏽‍♀️', 'שלום', 'one\ttwo\r\nthree', 'a‎b'])('may be %j', (text) => {
    expect(schema.parse(text)).toBe(text)
  })

  it.each([
    ['a null character', 'a\u0000b'],
    ['an escape', 'a\u001b[2Jb'],
    ['a delete', 'a\u007fb'],
    ['a control character of ISO 8859', 'a\u0085b'],
    ['an override of direction', 'a\u202eb'],
    ['an isolate of direction', 'a\u2067b'],
    ['half of a surrogate pair', 'a\ud800b'],
  ])('may not hold %s', (_, text) => {
    expect(takes(text)).toBe(false)
  })

  it('is kept as it was written, or refused: never mended', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const parsed = schema.safeParse(text)
        if (parsed.success) expect(parsed.data).toBe(text.trim())
      }),
    ))

  it('is refused with any character that is shown as none, wherever it stands', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(...'\u0000\u0007\u001b\u009b\u202a\u202d\u202e\u2066\u2069'),
        fc.string({ unit: 'grapheme' }),
        (before, hidden, after) => takes(`a${before}${hidden}${after}b`) === false,
      ),
    ))
})
