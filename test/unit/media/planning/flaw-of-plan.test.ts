import { describe, expect, it } from 'vitest'
import type { Rational } from '../../../../shared/media/description.ts'
import { flawOfPlan } from '../../../../shared/media/planning/flaw-of-plan.ts'
import { planRenditions } from '../../../../shared/media/planning/plan-renditions.ts'
import { bodyCamera, steadyKeyframes } from '../fixtures.ts'

const GIB = 1024 ** 3
const HOUR = 3600

/** One group of pictures, whose recording has sound of the kind. */
function flawOf(
  group: { hours: number; rate: number; gib: number },
  sound: { codec: string; channels: number; sampleRate: number } | null = null,
  sizeBytes = group.gib * GIB,
) {
  const seconds = group.hours * HOUR
  const timeBase: Rational = [1, sound?.sampleRate ?? 1]
  const audio = sound && { stream: 1, ...sound, timeBase, beginsLate: false }
  const media = { ...bodyCamera, sizeBytes, audio }
  const keyframes = {
    ...steadyKeyframes(2),
    pts: [0],
    packets: [seconds * group.rate],
    bytes: [group.gib * GIB],
    endPts: seconds * 90_000,
    audio: sound && { startSeconds: 0, endSeconds: seconds, longestStepSeconds: 0.0214 },
  }
  return flawOfPlan(planRenditions(media, keyframes), keyframes)
}

const aac = { codec: 'aac', channels: 1, sampleRate: 48_000 }
const pcm = { codec: 'pcm_s16le', channels: 2, sampleRate: 48_000 }

describe('a group of pictures in one piece', () => {
  it.each([
    ['an hour of 1080p30', { hours: 1, rate: 30, gib: 2.6 }, aac],
    ['12 hours of small pictures', { hours: 12, rate: 5, gib: 1 }, aac],
    ['three hours whose sound is encoded', { hours: 3, rate: 5, gib: 0.5 }, pcm],
    ['7 GiB', { hours: 1, rate: 25, gib: 7 }, null],
  ])('is carried: %s', (_, group, sound) => {
    expect(flawOf(group, sound)).toBeNull()
  })

  it.each([
    ['12 hours of 1080p', { hours: 12, rate: 25, gib: 30 }, aac],
    ['9 GiB', { hours: 1, rate: 25, gib: 9 }, null],
    ['more pictures than can be counted in time', { hours: 24, rate: 50, gib: 1 }, null],
    ['12 hours whose sound is encoded', { hours: 12, rate: 5, gib: 1 }, pcm],
  ])('is more than a job can carry: %s', (_, group, sound) => {
    expect(flawOf(group, sound)).toMatchObject({
      playable: false,
      reason: 'too-large-group',
      detail: expect.stringMatching(/^A group of pictures .* is more than a job can carry\.$/),
    })
  })

  it('counts what lies between its pictures', () => {
    expect(flawOf({ hours: 1, rate: 25, gib: 7 }, null, 9 * GIB)).not.toBeNull()
  })

  it('carries any length whose groups are short', () => {
    const keyframes = steadyKeyframes(24 * HOUR)
    const media = { ...bodyCamera, sizeBytes: 64 * GIB }
    expect(flawOfPlan(planRenditions(media, keyframes), keyframes)).toBeNull()
  })
})
