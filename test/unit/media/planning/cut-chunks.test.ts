import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNK_BOUNDS, cutChunks } from '../../../../shared/media/planning/cut-chunks.ts'
import { bodyCamera, steadyKeyframes } from '../fixtures.ts'

describe('cutChunks', () => {
  it('makes a short first chunk of 1080p30, a longer second one, and equal ones after them', () => {
    const seconds = cutChunks(bodyCamera, steadyKeyframes(600)).map((c) => c.durationSeconds)
    expect(seconds).toEqual([12, 34, ...Array.from({ length: 15 }, () => 36), 14])
  })

  it('leaves a short recording whole', () => {
    expect(cutChunks(bodyCamera, steadyKeyframes(30))).toMatchObject([
      { startPts: null, endPts: null, startSeconds: 0, durationSeconds: 30, packets: 900 },
    ])
  })

  it('begins every recording alike, however long it is', () => {
    for (const seconds of [60, 600, 7200, 12 * 3600])
      expect(cutChunks(bodyCamera, steadyKeyframes(seconds))[0]?.durationSeconds).toBe(12)
  })

  it.each([
    ['of 6 Mbit/s', 750_000],
    ['of 61 Mbit/s', 7_625_000],
  ])('keeps every chunk of a 12-hour shift %s within the bounds', (_, bytesPerSecond) => {
    const chunks = cutChunks(bodyCamera, steadyKeyframes(12 * 3600, bytesPerSecond))
    for (const { durationSeconds } of chunks) {
      expect(durationSeconds * bytesPerSecond).toBeLessThanOrEqual(CHUNK_BOUNDS.bytes)
      expect(durationSeconds).toBeLessThanOrEqual(300)
    }
    expect(JSON.stringify(chunks).length).toBeLessThan(128 * 1024)
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
