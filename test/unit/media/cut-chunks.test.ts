import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNK_BOUNDS, cutChunks } from '../../../shared/media/cut-chunks.ts'
import { bodyCamera, steadyKeyframes } from './fixtures.ts'

describe('cutChunks', () => {
  it('makes a short first chunk and then about four and a half minutes of 1080p30 at 6 Mbit/s', () => {
    const chunks = cutChunks(bodyCamera, steadyKeyframes(600))
    expect(chunks.map(({ durationSeconds }) => durationSeconds)).toEqual([54, 278, 268])
    expect(chunks.map(({ packets }) => packets)).toEqual([1620, 8340, 8040])
    expect(chunks[0]).toMatchObject({ startPts: null, startSeconds: 0 })
    expect(chunks.at(-1)).toMatchObject({ endPts: null })
  })

  it('keeps every chunk of a 12-hour shift within the bounds', () => {
    const chunks = cutChunks(bodyCamera, steadyKeyframes(12 * 3600, 1_500_000))
    for (const { durationSeconds } of chunks)
      expect(durationSeconds * 1_500_000).toBeLessThanOrEqual(CHUNK_BOUNDS.bytes)
    expect(JSON.stringify(chunks).length).toBeLessThan(64 * 1024)
  })

  it('shares out every keyframe once, whatever they are like', () => {
    const groups = fc.array(
      fc.record({
        ticks: fc.integer({ min: 1, max: 9_000_000 }),
        packets: fc.integer({ min: 1, max: 20_000 }),
      }),
      { minLength: 1, maxLength: 80 },
    )
    fc.assert(
      fc.property(groups, (drawn) => {
        const pts: number[] = []
        let endPts = 0
        for (const { ticks } of drawn) {
          pts.push(endPts)
          endPts += ticks
        }
        const packets = drawn.map((group) => group.packets)
        const keyframes = { ...steadyKeyframes(2), pts, packets, bytes: [], endPts }
        const chunks = cutChunks(bodyCamera, keyframes)
        const starts = chunks.map(({ startPts }) => startPts ?? 0)
        expect(starts.every((start) => pts.includes(start))).toBe(true)
        expect(chunks.slice(0, -1).map(({ endPts: end }) => end)).toEqual(starts.slice(1))
        expect(chunks.reduce((sum, chunk) => sum + (chunk.packets ?? 0), 0)).toBe(
          packets.reduce((sum, count) => sum + count, 0),
        )
      }),
    )
  })
})
