import { describe, expect, it } from 'vitest'
import type { MediaDescription } from '../../../../shared/media/description.ts'
import type { KeyframeIndex } from '../../../../shared/media/keyframe-index.ts'
import { renditionPlanSchema } from '../../../../shared/media/plan.ts'
import { flawOfPlan } from '../../../../shared/media/planning/flaw-of-plan.ts'
import { planRenditions } from '../../../../shared/media/planning/plan-renditions.ts'
import { bodyCamera, steadyKeyframes } from '../fixtures.ts'

const planFor = (video: Partial<MediaDescription['video']>, more: Partial<MediaDescription> = {}) =>
  planRenditions(
    { ...bodyCamera, ...more, video: { ...bodyCamera.video, ...video } },
    steadyKeyframes(60),
  )

describe('planRenditions', () => {
  it('copies what browsers play and makes a 540-line proxy', () => {
    const plan = planFor({})
    expect(renditionPlanSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
    expect(plan).toMatchObject({
      copy: { video: { method: 'copied' }, width: 1920, height: 1080 },
      proxy: { width: 960, height: 540, limitFrameRate: false },
      audio: { method: 'copied' },
      storyboard: { intervalSeconds: 1, tileWidth: 160, tileHeight: 90 },
      targetDurationSeconds: 6,
      durationSeconds: 60,
    })
  })

  it.each([
    [
      { width: 640, height: 360 },
      { width: 640, height: 360 },
    ],
    [{ rotation: 90 as const }, { width: 540, height: 960 }],
    [
      { width: 1440, sampleAspectRatio: [4, 3] as [number, number] },
      { width: 960, height: 540 },
    ],
    [
      { width: 321, height: 179 },
      { width: 322, height: 180 },
    ],
  ])('never scales up, keeps the shape, makes sides even: %o', (video, proxy) => {
    expect(planFor(video).proxy).toMatchObject(proxy)
  })

  it.each([
    [{ codec: 'mpeg4' }, 'encoded'],
    [{ pixelFormat: 'yuv444p' }, 'encoded'],
    [{ codec: 'hevc', pixelFormat: 'yuv420p10le' }, 'copied'],
    [{ codec: 'hevc', pixelFormat: 'yuv422p10le' }, 'encoded'],
  ])('%o is %s', (video, method) => {
    expect(planFor(video).copy.video.method).toBe(method)
  })

  it('does not copy reordered pictures out of AVI', () => {
    expect(planFor({ reorderedPictures: 2 }, { container: 'avi' }).copy.video.method).toBe(
      'encoded',
    )
  })

  it('fills in sound that is late, short or of another kind', () => {
    const sound = (
      startSeconds: number,
      endSeconds: number,
      codec = 'aac',
      longestStepSeconds = 0.02,
    ) =>
      planRenditions(
        {
          ...bodyCamera,
          audio: bodyCamera.audio && { ...bodyCamera.audio, codec },
        },
        { ...steadyKeyframes(60), audio: { startSeconds, endSeconds, longestStepSeconds } },
      ).audio
    expect(sound(0, 60)).toEqual({ method: 'copied' })
    expect(sound(2, 60)).toMatchObject({
      method: 'encoded',
      reason: expect.stringContaining('after'),
    })
    expect(sound(0, 58)).toMatchObject({
      method: 'encoded',
      reason: expect.stringContaining('before'),
    })
    expect(sound(0, 60, 'pcm_s16le')).toMatchObject({ method: 'encoded' })
    expect(sound(0, 60, 'aac', 3)).toMatchObject({
      method: 'encoded',
      reason: expect.stringContaining('holes'),
    })
    expect(planFor({}, { audio: null }).audio).toBeNull()
  })

  it('gives a 12-hour shift some three hundred tiles', () => {
    const plan = planRenditions(bodyCamera, steadyKeyframes(12 * 3600))
    expect(plan.storyboard.intervalSeconds).toBe(300)
    expect(planRenditions(bodyCamera, steadyKeyframes(3600)).storyboard.intervalSeconds).toBe(15)
  })

  describe('with few keyframes', () => {
    /** One keyframe at the beginning and none after it. */
    const single = (seconds: number, rate: number): KeyframeIndex => ({
      ...steadyKeyframes(2),
      ...{ pts: [0], packets: [seconds * rate], bytes: [seconds * 10_000] },
      endPts: seconds * 90_000,
      audio: null,
    })
    const small = { ...bodyCamera, video: { ...bodyCamera.video, width: 320, height: 180 } }

    it('decodes what one job can, in a single chunk', () => {
      const plan = planRenditions(bodyCamera, single(300, 30))
      expect(plan.chunks).toHaveLength(1)
      expect(plan.proxyOmitted).toBeNull()
    })

    it.each([
      ['half an hour of 1080p30', bodyCamera, 1801, 30, 15],
      ['a shift of small pictures', small, 12 * 3600, 5, 346],
    ] as const)('copies %s, says why it does not decode it', (_, media, seconds, rate, longest) => {
      const keyframes = single(seconds, rate)
      const plan = planRenditions(media, keyframes)
      expect(plan.chunks).toHaveLength(1)
      expect(plan.copy.video.method).toBe('copied')
      expect(plan.proxyOmitted).toMatch(/^\d+ minutes pass without a picture/)
      expect(plan.longestSegmentSeconds).toBe(longest)
      expect(plan.targetDurationSeconds).toBe(longest + 1)
      expect(flawOfPlan(plan, keyframes)).toBeNull()
    })

    it('has nothing to show of one that would have to be decoded', () => {
      const video = { ...bodyCamera.video, codec: 'mpeg4' }
      const keyframes = single(3600, 30)
      const flaw = flawOfPlan(planRenditions({ ...bodyCamera, video }, keyframes), keyframes)
      expect(flaw).toMatchObject({
        reason: 'no-keyframe',
        detail: expect.stringMatching(/^Its mpeg4 .* and 60 minutes pass/),
      })
    })
  })
})
