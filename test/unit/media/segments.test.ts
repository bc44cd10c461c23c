import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  endsSegment,
  LONGEST_SEGMENT_SECONDS,
  SEGMENT_BOUNDS,
  segmentBounds,
  targetDuration,
} from '../../../shared/media/segments.ts'

describe('segments', () => {
  it('end at the first keyframe from 6 s on, at 12 s without one', () => {
    expect(endsSegment(5.9, true)).toBe(false)
    expect(endsSegment(6, true)).toBe(true)
    expect(endsSegment(11.9, false)).toBe(false)
    expect(endsSegment(LONGEST_SEGMENT_SECONDS, false)).toBe(true)
  })

  it('hold whole groups of up to a minute, if a browser can hold them', () => {
    expect(segmentBounds({ seconds: 2, bytes: 2_000_000 })).toEqual(SEGMENT_BOUNDS)
    expect(segmentBounds({ seconds: 60, bytes: 60_000_000 })).toEqual({ least: 6, longest: 66 })
    expect(segmentBounds({ seconds: 60, bytes: 70_000_000 })).toEqual(SEGMENT_BOUNDS)
    expect(segmentBounds({ seconds: 61, bytes: 1000 })).toEqual(SEGMENT_BOUNDS)
    expect(segmentBounds({ seconds: 7200, bytes: 1000 })).toEqual({ least: 29, longest: 58 })
    // The group of a minute begins when the segment has lasted five seconds.
    expect(targetDuration([0, 5, 65], 70, { least: 6, longest: 66 })).toBe(65)
    expect(targetDuration([0, 5, 65], 70)).toBe(13)
  })

  it('have a target duration known beforehand', () => {
    expect(targetDuration([0, 2, 4, 6, 8], 10)).toBe(6)
    expect(targetDuration([0, 5, 10, 15], 20)).toBe(10)
    expect(targetDuration([0], 100)).toBe(13)
    expect(targetDuration([0], 1)).toBe(6)
    // A chunk that begins at 12.1 ends its first segment at 24.
    expect(targetDuration([0, 6, 12, 12.1, 18, 24], 30)).toBe(12)
    // A picture is shown for 20 s, and may be the last of a segment that has lasted nearly 12 s.
    expect(targetDuration([0, 2, 4, 26], 28, SEGMENT_BOUNDS, 20)).toBe(32)
  })

  it('are never longer than the target, cut from any keyframe on', () => {
    const distances = fc.array(fc.double({ min: 0.04, max: 20, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(distances, fc.nat(), (drawn, chunkStart) => {
        const keyframes = [0]
        for (const distance of drawn) keyframes.push((keyframes.at(-1) ?? 0) + distance)
        const end = keyframes.pop() ?? 0
        const target = targetDuration(keyframes, end)
        let start = keyframes[chunkStart % keyframes.length] ?? 0
        for (const at of [...keyframes.filter((keyframe) => keyframe > start), end]) {
          while (at - start > LONGEST_SEGMENT_SECONDS + 0.05)
            start += LONGEST_SEGMENT_SECONDS + 0.04
          if (!endsSegment(at - start, true) && at !== end) continue
          expect(Math.round(at - start)).toBeLessThanOrEqual(target)
          start = at
        }
      }),
    )
  })
})
