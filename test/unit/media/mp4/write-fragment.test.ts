import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFragmentedMp4 } from '../../../../shared/media/mp4/fragmented.ts'
import { writeFragment } from '../../../../shared/media/mp4/write-fragment.ts'

/** The smallest initialisation section that the reader takes: one picture track. */
const INITIALISATION = (() => {
  const u32 = (...values: number[]) =>
    Buffer.concat(
      values.map((value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])),
    )
  const box = (type: string, ...content: Buffer[]) => {
    const body = Buffer.concat(content)
    return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body])
  }
  return box(
    'moov',
    box(
      'trak',
      box('tkhd', u32(0, 0, 0, 7)),
      box(
        'mdia',
        box('mdhd', u32(0, 0, 0, 90_000)),
        box('hdlr', u32(0, 0), Buffer.from('vide')),
        box('minf', box('stbl', box('stsd', u32(0, 1), box('test', Buffer.alloc(78))))),
      ),
    ),
  )
})()

const packet = fc.record({
  pts: fc.integer({ min: 0, max: 2 ** 40 }),
  duration: fc.integer({ min: 1, max: 2 ** 31 }),
  keyframe: fc.boolean(),
  data: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
})

describe('writeFragment', () => {
  it('writes what readFragmentedMp4 reads, however the pipe delivers it', async () => {
    const fragments = fc.array(fc.array(packet, { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(fragments, fc.integer({ min: 1, max: 700 }), async (drawn, pieceBytes) => {
        const timed = drawn.map((packets) => {
          let dts = packets[0]?.pts ?? 0
          return packets.map(({ duration, ...rest }, n) => {
            const at = dts
            dts += duration
            return { ...rest, pts: at + (n % 3) * 5 - 5, dts: at, duration }
          })
        })
        const bytes = Buffer.concat([
          INITIALISATION,
          ...timed.flatMap((packets, n) => writeFragment(n + 1, [{ id: 7, shift: 5, packets }])),
        ])
        const pieces: Buffer[] = []
        for (let at = 0; at < bytes.length; at += pieceBytes)
          pieces.push(bytes.subarray(at, at + pieceBytes))
        const read = []
        for await (const part of readFragmentedMp4(Readable.from(pieces)))
          if (part.kind === 'packets') read.push(...part.packets)
        expect(
          read.map(({ pts, duration, keyframe, data }) => ({ pts, duration, keyframe, data })),
        ).toEqual(
          timed.flat().map(({ pts, duration, keyframe, data }) => ({
            pts: pts + 5,
            duration,
            keyframe,
            data,
          })),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('a stream that is cut off is an error', async () => {
    const whole = Buffer.concat([
      INITIALISATION,
      ...writeFragment(1, [
        {
          id: 7,
          shift: 0,
          packets: [{ dts: 0, pts: 0, duration: 1, keyframe: true, data: Buffer.alloc(9) }],
        },
      ]),
    ])
    const reading = async () => {
      for await (const _ of readFragmentedMp4(Readable.from([whole.subarray(0, -4)])));
    }
    await expect(reading()).rejects.toThrow('cut off')
  })
})
