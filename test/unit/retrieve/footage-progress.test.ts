import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RenditionProgress } from '../../../shared/footage/renditions.ts'
import { percentOf } from '../../../shared/retrieve/footage-progress.ts'

const CHUNKS = 4
const rendition = (kind: 'copy' | 'proxy', finished: number): RenditionProgress => ({
  ...{ kind, state: finished === CHUNKS ? 'ready' : 'rendering', chunks: CHUNKS, finished },
})
const note = (chunk: number, fraction: number, of?: 'copy' | 'proxy' | 'storyboard') => ({
  ...{ schemaVersion: 1 as const, chunk, fraction },
  ...(of && { rendition: of }),
})

describe('how much is done', () => {
  it('counts what runs for the renditions that it makes', () => {
    const both = [rendition('copy', 1), rendition('proxy', 0)]
    expect(percentOf(both, [])).toBe(12)
    expect(percentOf(both, [note(0, 1, 'copy'), note(1, 0.5, 'copy')])).toBe(18)
    expect(percentOf(both, [note(0, 1, 'storyboard')])).toBe(12)
  })

  it('reads notes of a release that knew no renditions as notes of all', () => {
    const both = [rendition('copy', 0), rendition('proxy', 0)]
    expect(percentOf(both, [note(0, 1), note(1, 1)])).toBe(50)
  })

  it('is all when everything is published, and not before', () => {
    expect(percentOf([rendition('copy', 4)], [])).toBe(100)
    const noted = [0, 1, 2, 3].map((chunk) => note(chunk, 1, 'copy'))
    expect(percentOf([rendition('copy', 3)], noted)).toBe(99)
    expect(percentOf([], [])).toBe(0)
  })

  it('never goes back, whatever runs, fails, runs again and is published, in any order', () => {
    const step = fc.oneof(
      fc.record({
        chunk: fc.nat(CHUNKS - 1),
        of: fc.constantFrom('copy' as const, 'proxy' as const),
        fraction: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      fc.record({ published: fc.constantFrom('copy' as const, 'proxy' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const finished = { copy: 0, proxy: 0 }
        const notes = new Map<string, ReturnType<typeof note>>()
        let before = 0
        for (const one of steps) {
          if ('published' in one) finished[one.published] = Math.min(4, finished[one.published] + 1)
          else {
            // A run that failed begins anew; its notes are kept as the table keeps them.
            const key = `${one.of}:${one.chunk}`
            if ((notes.get(key)?.fraction ?? 0) < one.fraction)
              notes.set(key, note(one.chunk, one.fraction, one.of))
          }
          const both = [rendition('copy', finished.copy), rendition('proxy', finished.proxy)]
          const percent = percentOf(both, [...notes.values()])
          expect(percent).toBeGreaterThanOrEqual(before)
          before = percent
        }
      }),
    )
  })
})
