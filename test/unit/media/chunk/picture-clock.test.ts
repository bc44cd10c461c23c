import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PictureMembership } from '../../../../shared/media/chunk/membership.ts'
import { PictureClock } from '../../../../shared/media/chunk/picture-clock.ts'
import type { Packet } from '../../../../shared/media/mp4/fragmented.ts'
import type { TimedPacket } from '../../../../shared/media/mp4/write-fragment.ts'

const track = {
  ...{ id: 1, kind: 'video' as const, timescale: 90_000, codec: 'avc1', width: 2, height: 2 },
  defaults: { duration: 0, size: 0, flags: 0 },
}
const picture = (pts: number, keyframe = false): Packet => ({
  ...{ track, pts, keyframe, duration: 100 },
  data: Buffer.from(`${pts}`),
})

function timesOf(packets: Packet[], end: number | null): TimedPacket[] {
  const clock = new PictureClock(0)
  return [...packets.flatMap((packet) => [...clock.add(packet)]), ...clock.finish(end)]
}

/** Groups of pictures in decoding order: I P B B …, open where leading pictures follow the I. */
const recording = fc
  .array(
    fc.record({
      groups: fc.integer({ min: 1, max: 6 }),
      gaps: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 3, maxLength: 3 }),
      open: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drawn) => {
    const packets: Packet[] = []
    let at = 0
    for (const { groups, gaps, open } of drawn) {
      const [a = 1, b = 1, c = 1] = gaps
      const leading = open && packets.length > 0 ? a : 0
      const key = at + leading
      packets.push(picture(key, true))
      if (leading > 0) packets.push(picture(at))
      at = key + b
      for (let n = 0; n < groups; n++) {
        packets.push(picture(at + a + b), picture(at), picture(at + a))
        at += a + b + c
      }
    }
    return { packets, end: at }
  })

describe('PictureClock', () => {
  it('decodes the n-th packet at the n-th moment shown, without gap or overlap', () => {
    fc.assert(
      fc.property(recording, ({ packets, end }) => {
        const timed = timesOf(packets, end)
        expect(timed.map(({ pts }) => pts)).toEqual(packets.map(({ pts }) => pts))
        const shown = packets.map(({ pts }) => pts).toSorted((a, b) => a - b)
        expect(timed.map(({ dts }) => dts)).toEqual(shown)
        for (const [n, { dts, duration }] of timed.entries())
          expect(dts + duration).toBe(timed[n + 1]?.dts ?? end)
      }),
    )
  })

  it('makes chunks cut at any keyframe join as if they had never been apart', () => {
    fc.assert(
      fc.property(recording, fc.nat(), ({ packets, end }, pick) => {
        const keyframes = packets.filter(({ keyframe }) => keyframe)
        const cut = keyframes[pick % keyframes.length]?.pts ?? 0
        const half = (start: number | null, stop: number | null) => {
          const membership = new PictureMembership(start, stop)
          const own = packets.filter((packet) => membership.keeps(packet))
          return timesOf(own, membership.end ?? end)
        }
        const joined = [...half(null, cut), ...half(cut, null)]
        expect(joined).toEqual(timesOf(packets, end))
      }),
    )
  })

  it('lets the later of two pictures at one time wait a tick', () => {
    const timed = timesOf([picture(0, true), picture(100), picture(100), picture(200)], null)
    expect(timed.map(({ dts }) => dts)).toEqual([0, 100, 101, 200])
    expect(timesOf([picture(0, true)], null)[0]?.duration).toBe(100)
  })
})
