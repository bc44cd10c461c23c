import { expect, it } from 'vitest'
import { ClockRestart } from '../../../../shared/media/noting/clock-restart.ts'

const SECOND = 90_000

it('lies where the first frame of sound or picture goes back before a keyframe does', () => {
  const clock = new ClockRestart()
  clock.keyframe(10 * SECOND, 100)
  expect(clock.follows(12 * SECOND, 200)).toBe(true)
  expect(clock.follows(2 * SECOND, 300)).toBe(false)
  expect(clock.at).toBeNull()
  clock.keyframe(SECOND, 400)
  expect(clock.at).toBe(300)
})

it('is none where sound alone goes back, nor where pictures are a little out of order', () => {
  const clock = new ClockRestart()
  clock.keyframe(10 * SECOND, 100)
  clock.follows(12 * SECOND, 200)
  clock.follows(2 * SECOND, 300)
  clock.keyframe(9.5 * SECOND, 400)
  clock.keyframe(11 * SECOND, 500)
  expect(clock.at).toBeNull()
})

it('is none where one keyframe is damaged and far ahead', () => {
  const clock = new ClockRestart()
  for (const [n, seconds] of [1, 2, 3000, 4, 5].entries()) clock.keyframe(seconds * SECOND, n * 100)
  expect(clock.at).toBeNull()
})

it('lies behind a recording of a single keyframe, too', () => {
  const clock = new ClockRestart()
  clock.keyframe(10 * SECOND, 100)
  clock.keyframe(SECOND, 200)
  expect(clock.at).toBe(200)
})
