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

describe('a clock that is set back', () => {
  const shownAt = (seconds: readonly number[]) => {
    const tally = emptyTally()
    for (const at of seconds)
      tallyPicture(tally, { pts: at * SECOND, duration: SECOND, bytes: 1, key: true })
    return indexOfTally(tally, bodyCamera)
  }

  it('is told, for pictures of two times claim the same moments', () => {
    expect(shownAt([0, 1, 2, 0, 1, 2, 3])?.clockTurnsBack).toBe(true)
  })

  it('is not suspected of one that goes on, or stands still for a picture', () => {
    expect(shownAt([0, 1, 1, 2])?.clockTurnsBack).toBeUndefined()
  })

  it('is not suspected because pictures between keyframes are reordered', () => {
    const tally = emptyTally()
    for (const [at, key] of [
      [0, true],
      [4, true],
      [2, false],
      [3, false],
    ] as const)
      tallyPicture(tally, { pts: at * SECOND, duration: SECOND, bytes: 1, key })
    expect(indexOfTally(tally, bodyCamera)?.clockTurnsBack).toBeUndefined()
  })
})
