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

  it.each([
    ['fits', 1.9, 0, { position: 10, passed: { pts: 0, soundSeconds: 0 } }],
    ['fits only without the sound that lies behind it', 1.9, 0.2, { position: null, passed: null }],
    ['does not fit', 2.1, 0, { position: null, passed: null }],
  ])('an AVI file of its own for a group of hours that %s', (_, gib, later, expected) => {
    const long = gib * 1024 ** 3
    const keyframes = {
      ...steadyKeyframes(2),
      // The second group is long, the others last six seconds.
      pts: [0, 6, 7206, 7212, 7218].map((seconds) => seconds * 90_000),
      packets: [180, 216_000, 180, 180, 180],
      bytes: [1000, long, 1000, 1000, 1000],
      positions: [10, 1010, 1010 + long, 2010 + long, 2010 + long + later * 1024 ** 3],
      sounds: [0, 6, 7206, 7212, 7218],
      endPts: 7224 * 90_000,
    }
    const sizeBytes = 3000 + long + later * 1024 ** 3
    const chunks = cutChunks({ ...bodyCamera, container: 'avi', sizeBytes }, keyframes)
    const chunk = chunks.find(({ startPts }) => startPts === 6 * 90_000)
    expect(chunk).toMatchObject(expected)
  })
})
