import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyTally,
  indexOfTally,
  type Tally,
  tallyPicture,
  tallySchema,
} from '../../../../shared/media/noting/packet-tally.ts'
import { bodyCamera } from '../fixtures.ts'

const SECOND = 90_000

/** Pictures one after the other, each shown for so long; every `group`th is a keyframe. */
function tallyOf(durations: readonly number[], group: number): Tally {
  const tally = emptyTally()
  let pts = 0
  for (const [n, duration] of durations.entries()) {
    tallyPicture(tally, { pts, duration, bytes: 1, key: n % group === 0 })
    pts += duration
  }
  return tally
}

/** As it was written by a release that did not count how far pictures are apart. */
const older = (tally: Tally): Tally => {
  const { apart: _, ...rest } = tally
  return tallySchema.parse(JSON.parse(JSON.stringify(rest)))
}

describe('how far pictures are apart', () => {
  const drawn = fc.array(fc.integer({ min: 1, max: 40 * SECOND }), { minLength: 1, maxLength: 50 })

  it('is never said to be less than it is, not even by a note that did not count it', () => {
    fc.assert(
      fc.property(drawn, fc.integer({ min: 1, max: 9 }), (durations, group) => {
        const tally = tallyOf(durations, group)
        const longest = Math.max(...durations) / SECOND
        expect(indexOfTally(tally, bodyCamera)?.apartSeconds).toBeCloseTo(longest, 6)
        const said = indexOfTally(older(tally), bodyCamera)?.apartSeconds
        expect(said).toBeGreaterThanOrEqual(longest - 1e-6)
      }),
    )
  })

  it('stays unknown where another release began to count', () => {
    const tally = older(tallyOf([SECOND, 9 * SECOND], 1))
    tallyPicture(tally, { pts: 10 * SECOND, duration: SECOND, bytes: 1, key: true })
    expect(tally.apart).toBeNull()
    expect(indexOfTally(tally, bodyCamera)?.apartSeconds).toBeCloseTo(9, 6)
  })
})
