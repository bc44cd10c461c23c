import { readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MediaTools } from '../../../../shared/media/running/tools.ts'
import { allTools, ffmpeg, temporaryFolder, testPicture, X264 } from '../support.ts'
import { expectNothingLeft, throughEngine } from './engine.ts'
import { box, boxAt, u32, withBox, zippedMatroska } from './forge.ts'

const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
/** One second of 64 × 64 at 10 pictures a second, its header at the end. */
let sample: Buffer = Buffer.alloc(0)

const make = async (name: string, ...args: string[]): Promise<Buffer> => {
  const file = path.join(folder.path, name)
  await ffmpeg(tools, [...args, file])
  return readFileSync(file)
}
beforeAll(async () => {
  sample = await make('sample.mp4', ...testPicture(1, '10', '64x64'), ...X264, '-g', '5')
}, 30_000)
afterEach(expectNothingLeft)
afterAll(() => folder[Symbol.asyncDispose]())

const through = (bytes: Buffer) => throughEngine(bytes, tools)
/** The sample with a number of 32 bits overwritten, counted from the first box of a type. */
const patched = (type: string, offset: number, value: number): Buffer => {
  const forged = Buffer.from(sample)
  forged.writeUInt32BE(value, boxAt(forged, type) + offset)
  return forged
}
const DAMAGED = { end: 'unplayable', reason: 'damaged' }

describe('sizes that are wrong', () => {
  it.each([
    ['a header larger than the file', 'moov', 0x7fffffff],
    ['a header smaller than itself', 'moov', 4],
    ['a header that ends in its middle', 'moov', 200],
    ['a track larger than the header', 'trak', 0x00ffffff],
    ['a box of size 1 without its long size', 'stbl', 1],
    ['media larger than the file', 'mdat', 0x7fffffff],
  ])('%s', async (_, type, size) => {
    expect(await through(patched(type, 0, size))).toMatchObject(DAMAGED)
  })

  it('a long size beyond all numbers', async () => {
    const forged = Buffer.concat([sample, box('free', u32(0))])
    forged.writeUInt32BE(1, sample.length)
    const longest = Buffer.concat([forged.subarray(0, -4), u32(0xffffffff, 0xffffffff)])
    expect(await through(longest)).toMatchObject(DAMAGED)
  })
})

describe('tables of millions of entries', () => {
  it.each([
    ['sizes', 'stsz', 16, 40_000_000],
    ['times', 'stts', 12, 0x7fffffff],
    ['chunks', 'stsc', 12, 0x7fffffff],
    ['offsets', 'stco', 12, 0x7fffffff],
    ['keyframes', 'stss', 12, 0x7fffffff],
  ])('that are only declared: %s', async (_, type, offset, count) => {
    expect(await through(patched(type, offset, count))).toMatchObject(DAMAGED)
  })

  it('that the file really could hold', async () => {
    const count = 6_000_000
    let forged = withBox(sample, 'stsz', box('stsz', u32(0, 1, count)))
    forged = withBox(forged, 'stts', box('stts', u32(0, 1, count, 1)))
    forged = withBox(forged, 'stsc', box('stsc', u32(0, 1, 1, count, 1)))
    forged = withBox(forged, 'stco', box('stco', u32(0, 1, 48)))
    forged = Buffer.concat([forged, box('free', Buffer.alloc(count))])
    // Its pictures of one byte are none: every chunk says so, within its bounds.
    expect(await through(forged)).toMatchObject({ end: 'ready', pictures: [null, null] })
  }, 60_000)
})

describe('times without an end', () => {
  it('declared durations of centuries are not believed', async () => {
    const forged = Buffer.from(sample)
    // Version 0: creation, modification, (timescale,) duration (ISO/IEC 14496-12 §8.2.2, §8.4.2).
    for (const type of ['mvhd', 'mdhd']) forged.writeUInt32BE(0xffffffff, boxAt(forged, type) + 24)
    const outcome = await through(forged)
    expect(outcome).toMatchObject({ end: 'ready', pictures: [10] })
    if (outcome.end === 'ready') expect(outcome.plan.durationSeconds).toBeCloseTo(1, 1)
  })

  it('a gap of a day between two pictures makes no pictures to fill it', async () => {
    const gap = "setpts='if(lt(N,5),N/10,86400+N/10)/TB'"
    for (const name of ['gap.mkv', 'gap.mp4']) {
      const bytes = await make(
        name,
        ...[...testPicture(1, '10', '64x64'), '-vf', gap, '-fps_mode', 'vfr', ...X264, '-g', '5'],
      )
      const outcome = await through(bytes)
      if (outcome.end !== 'ready') throw new Error(`${name}: ${outcome.reason}`)
      expect(outcome.pictures.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(10)
    }
  }, 60_000)

  it('a picture that lasts for years is no recording', async () => {
    // The time of each picture: 2³¹ ticks.
    expect(await through(patched('stts', 20, 0x7fffffff))).toMatchObject(DAMAGED)
  })
})

describe('too much of everything', () => {
  it.each([
    ['many.mkv', DAMAGED],
    // Those beyond the sixteenth are not looked at.
    ['many.ts', { end: 'ready', plan: { media: { leftOut: { length: 15 } } } }],
  ])('hundreds of tracks: %s', async (name, end) => {
    const single = path.join(folder.path, 'sample.mp4')
    const maps = Array.from({ length: 300 }, () => ['-map', '0:v']).flat()
    const bytes = await make(name, '-i', single, ...maps, '-c', 'copy')
    expect(await through(bytes)).toMatchObject(end)
  })

  it('thousands of tracks in a header', async () => {
    const at = boxAt(sample, 'trak')
    const track = sample.subarray(at, at + sample.readUInt32BE(at))
    const many = Buffer.concat(Array.from({ length: 3000 }, () => track))
    expect(await through(withBox(sample, 'trak', many))).toMatchObject(DAMAGED)
  })

  it('thousands of boxes at the top', async () => {
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => box('free')))
    expect(await through(Buffer.concat([many, sample]))).toMatchObject(DAMAGED)
  })

  it('boxes in boxes in boxes', async () => {
    let nested = box('free')
    for (let depth = 0; depth < 2000; depth++) nested = box('meta', nested)
    const at = boxAt(sample, 'udta')
    expect(at).toBeGreaterThan(0)
    const outcome = await through(withBox(sample, 'udta', nested))
    expect(outcome).toMatchObject({ end: 'ready', pictures: [10] })
  })

  it('a track that says its pictures have 65535 × 65535 pixels', async () => {
    const forged = Buffer.from(sample)
    // VisualSampleEntry (ISO/IEC 14496-12 §12.1.3): width and height; what is coded is 64 × 64.
    forged.writeUInt32BE(0xffffffff, boxAt(forged, 'avc1') + 32)
    expect(await through(forged)).toMatchObject({
      ...{ end: 'ready', pictures: [10] },
      plan: { media: { video: { width: 64, height: 64 } } },
    })
  })

  it('a picture of 8192 × 4096', async () => {
    const size = ['-f', 'lavfi', '-i', 'color=s=8192x4096:r=1:d=1', '-pix_fmt', 'yuvj420p']
    const bytes = await make('huge.mkv', ...size, '-c:v', 'mjpeg')
    expect(await through(bytes)).toMatchObject({ end: 'unplayable', reason: 'too-large-picture' })
  })
})

describe('bombs', () => {
  it('a compressed header that unfolds to gigabytes', async () => {
    const unfolded = 200 * 1024 * 1024
    const packed = deflateSync(Buffer.alloc(unfolded), { level: 1 })
    for (const declared of [unfolded, 0xfffffff0, 16]) {
      const compressed = box(
        'cmov',
        box('dcom', Buffer.from('zlib')),
        box('cmvd', u32(declared), packed),
      )
      const bomb = Buffer.concat([box('ftyp', Buffer.from('qt  ')), box('moov', compressed)])
      expect(await through(bomb)).toMatchObject({ end: 'unplayable' })
    }
  })

  it('packets that unfold to gigabytes', async () => {
    const packed = deflateSync(Buffer.alloc(400 * 1024 * 1024), { level: 1 })
    expect(packed.length).toBeLessThan(4 * 1024 * 1024)
    expect(await through(zippedMatroska(packed))).toMatchObject({ reason: 'no-keyframe' })
    const picture = await make('one.jpg', ...testPicture(1, '1', '64x64'))
    // What it would be with a picture in it.
    expect(await through(zippedMatroska(deflateSync(picture)))).toMatchObject({ poster: true })
  }, 30_000)

  it('a JPEG picture that says it is larger than its track', async () => {
    const forged = await make('jpeg.mov', ...testPicture(1, '2', '64x64'), '-c:v', 'mjpeg')
    // SOF0 (ITU-T T.81 B.2.2): marker, length, precision, lines, samples a line.
    const marker = Buffer.from('ffc0001108', 'hex')
    let frames = 0
    for (let at = forged.indexOf(marker); at >= 0; at = forged.indexOf(marker, at + 1)) {
      forged.writeUInt32BE(0xfff0fff0, at + marker.length)
      frames++
    }
    expect(frames).toBe(2)
    // It is motion JPEG, which has to be decoded, and is not.
    expect(await through(forged)).toMatchObject({ end: 'ready', pictures: [null], poster: false })
  })

  it('a PNG picture is not decoded at all', async () => {
    const bytes = await make('png.mov', ...testPicture(1, '2', '64x64'), '-c:v', 'png')
    expect(await through(bytes)).toMatchObject({ reason: 'unsupported-codec' })
  })
})

it('no bytes, noise, a single box', async () => {
  expect(await through(Buffer.alloc(0))).toMatchObject({ reason: 'empty' })
  expect(await through(Buffer.alloc(4096, 0xa5))).toMatchObject({ reason: 'not-a-recording' })
  expect(await through(box('moov'))).toMatchObject({ reason: 'no-video' })
})
