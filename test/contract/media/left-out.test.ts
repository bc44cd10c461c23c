import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteOfLeftOut } from '../../../shared/media/left-out.ts'
import { makePoster } from '../../../shared/media/poster/poster.ts'
import { sealMap } from '../../../shared/media/probing/masking/programme-map.ts'
import { probe } from '../../../shared/media/probing/probe.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import {
  ANNEX_B,
  allTools,
  bytesSource,
  ffmpeg,
  fileSource,
  never,
  planAsSecured,
  planOf,
  renderAll,
  temporaryFolder,
  testPicture,
  testSound,
  videoHash,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const tools = await allTools()
const first = tools[0] as MediaTools
const inFolder = (name: string) => path.join(folder.path, name)
const PICTURE = [...X264, '-g', '10']
const WMA = ['-c:a', 'wmav2']
const DTS = ['-c:a', 'dca', '-strict', '-2']

const make = async (name: string, ...args: string[]): Promise<string> => {
  await ffmpeg(first, [...args, inFolder(name)])
  return inFolder(name)
}
const sounding = [...testPicture(2, '10', '64x64'), ...testSound(2)]

beforeAll(async () => {
  await writeFile(inFolder('notes.srt'), '1\n00:00:00,000 --> 00:00:01,000\n51.53,-0.13\n')
  await ffmpeg(first, [...testPicture(0.1, '10', '64x64'), '-frames:v', '1', inFolder('cover.png')])
})
afterAll(() => folder[Symbol.asyncDispose]())

/** The same stream, its map made so long by what is private to its users that it takes two packets. */
function withLongMaps(stream: Buffer): Buffer {
  const mapPid = 0x1000
  let maps = 0
  const packets = Array.from({ length: stream.length / 188 }, (_, n) => {
    const packet = stream.subarray(n * 188, n * 188 + 188)
    if ((packet.readUInt16BE(1) & 0x1fff) !== mapPid) return packet
    const [length, own] = [packet.readUInt16BE(6) & 0xfff, 10 + (packet.readUInt16BE(15) & 0xfff)]
    const tracks = packet.subarray(5 + own + 2, 5 + 3 + length)
    const description = Buffer.alloc(202, 0xff).fill(200, 1, 2)
    const section = Buffer.concat([packet.subarray(4, 17), description, tracks])
    section.writeUInt16BE(0xb000 | (section.length - 4), 2)
    section.writeUInt16BE(0xf000 | description.length, 11)
    sealMap(section)
    return [section.subarray(0, 184), section.subarray(184)].map((payload, part) => {
      const whole = Buffer.alloc(188, 0xff)
      whole.set([
        0x47,
        (part === 0 ? 0x40 : 0) | (mapPid >> 8),
        mapPid & 0xff,
        0x10 | (maps++ & 15),
      ])
      whole.set(payload, 4)
      return whole
    })
  })
  return Buffer.concat(packets.flat())
}

describe.each(tools.map((each) => [each.version, each] as const))('with ffmpeg %s', (_, each) => {
  it.each([
    ['odd.avi', WMA, 'wmav2', 'sound'],
    ['odd.mkv', WMA, 'wmav2', 'sound'],
    ['odd.mov', WMA, 'wmav2', 'sound'],
    ['odd.mp4', DTS, 'dca', 'sound'],
    ['odd-fragmented.mp4', [...DTS, '-movflags', 'frag_keyframe+empty_moov'], 'dca', 'sound'],
    ['odd.ts', DTS, 'dca', 'other'],
    ['odd.m2ts', DTS, 'dca', 'other'],
  ])('sound that may not be decoded is left out: %s', async (name, coding, codec, kind) => {
    const file = await make(name, ...sounding, ...PICTURE, ...coding)
    const plan = await planAsSecured(file, each, 1)
    expect(plan.media.audio).toBeNull()
    expect(plan.media.leftOut).toEqual([{ stream: 1, kind, codec, refused: true }])
    expect(noteOfLeftOut(plan.media.leftOut, plan.media)).toMatch(
      new RegExp(`^It plays without sound. .*track 2, .* coded as ${codec}, .*not decoded here`),
    )
    await using out = await temporaryFolder()
    const results = await renderAll(fileSource(file), each, plan, out.path)
    expect(results).toHaveLength(2)
    expect(results.map(({ copy }) => copy?.audio)).toEqual([null, null])
    for (const { tool } of results) {
      const [at] = tool.arguments.flatMap((arg, n) => (arg === '-codec_whitelist' ? n : []))
      expect(tool.arguments[(at ?? 0) + 1]?.split(',')).not.toContain(codec)
      expect(tool.arguments.join(' ')).not.toContain('0:1')
    }
    const filter = plan.media.container === 'mpegts' || plan.media.container === 'avi'
    const hash = (of: string) => videoHash(each, of, filter ? ANNEX_B : undefined)
    expect(await hash(path.join(out.path, 'copy.m3u8'))).toBe(await hash(file))
    const poster = await makePoster({ source: fileSource(file), tools: each, plan, signal: never })
    expect(poster).toMatchObject({ width: 64, height: 64 })
  })

  it.each(['two.avi', 'two.mkv', 'two.mov', 'two.ts'])(
    'the first sound that may be decoded is heard: %s',
    async (name) => {
      const maps = ['-map', '0:v', '-map', '1:a', '-map', '1:a', '-map', '1:a']
      const codings = name.endsWith('.ts')
        ? [...DTS, '-c:a:1', 'aac', '-c:a:2', 'ac3']
        : [...WMA, '-c:a:1', 'aac', '-c:a:2', 'ac3']
      const file = await make(name, ...sounding, ...maps, ...PICTURE, ...codings)
      const plan = await planOf(fileSource(file), each)
      expect(plan.media.audio).toMatchObject({ stream: 2, codec: 'aac' })
      expect(plan.media.leftOut).toMatchObject([
        { stream: 1, refused: true },
        { stream: 3, kind: 'sound', codec: 'ac3', refused: false },
      ])
      await using out = await temporaryFolder()
      const [result] = await renderAll(fileSource(file), each, plan, out.path)
      expect(result?.copy?.codecs).toMatch(/^avc1\.\w+,mp4a\.40\.2$/)
      expect(result?.copy?.audio?.samples).toBeGreaterThan(1.9 * 48_000)
    },
  )

  it('a programme map may take several packets', async () => {
    const plain = readFileSync(await make('plain.ts', ...sounding, ...PICTURE, ...DTS))
    const source = bytesSource(withLongMaps(plain))
    const plan = await planOf(source, each, 1)
    expect(plan.media.leftOut).toEqual([{ stream: 1, kind: 'other', codec: 'dca', refused: true }])
    await using out = await temporaryFolder()
    const results = await renderAll(source, each, plan, out.path)
    expect(results.map(({ copy }) => copy?.video.packets)).toEqual([10, 10])
  })

  it('times, positions, text and covers are named', async () => {
    const input = [...sounding, '-i', inFolder('notes.srt'), '-i', inFolder('cover.png')]
    const maps = ['-map', '0', '-map', '1', '-map', '2', '-map', '2', '-map', '3']
    const codings = [...PICTURE, '-c:a', 'aac', '-c:s', 'mov_text', '-c:v:1', 'copy']
    const cover = ['-disposition:v:1', 'attached_pic', '-metadata:s:v:0', 'timecode=10:00:00:00']
    const bytes = readFileSync(await make('many.mp4', ...input, ...maps, ...codings, ...cover))
    // As an action camera does: positions in a track of metadata.
    for (const [from, to] of [
      ['sbtl', 'meta'],
      ['tx3g', 'gpmd'],
    ] as const)
      bytes.write(to, bytes.lastIndexOf(from), 'latin1')
    const plan = await planOf(bytesSource(bytes), each)
    const { leftOut } = plan.media
    expect(leftOut.map(({ kind, codec }) => [kind, codec])).toEqual([
      ['text', 'mov_text'],
      ['data', 'gpmd'],
      ['data', 'tmcd'],
      ['cover', 'png'],
    ])
    expect(noteOfLeftOut(leftOut, plan.media)).toBe(
      'Not played, but kept in the original: track 3, text coded as mov_text; track 4, data coded as gpmd; track 5, data coded as tmcd; track 6, a cover picture coded as png, which is not decoded here.',
    )
    await using out = await temporaryFolder()
    const [result] = await renderAll(bytesSource(bytes), each, plan, out.path)
    expect(result?.copy?.video.packets).toBe(20)
    expect(result?.copy?.codecs).toMatch(/mp4a/)
  })
})

describe('a picture that may not be decoded', () => {
  it('is unplayable where it is the only one, and left out where another is there', async () => {
    const lossless = await make('png.mkv', ...testPicture(1, '10', '64x64'), '-c:v', 'png')
    expect(await probe(fileSource(lossless), first, never)).toMatchObject({
      reason: 'unsupported-codec',
      detail: 'Its picture is coded as png.',
    })
    const maps = ['-map', '0', '-map', '0', '-c:v:0', 'png', '-c:v:1', 'libx264']
    const both = await make('both.mkv', ...testPicture(1, '10', '64x64'), ...maps)
    expect((await planOf(fileSource(both), first)).media).toMatchObject({
      video: { stream: 1, codec: 'h264' },
      leftOut: [{ stream: 0, kind: 'picture', codec: 'png', refused: true }],
    })
  })

  it('more tracks of that kind than are looked into make it unplayable', async () => {
    const maps = ['-map', '0', ...Array.from({ length: 5 }, () => ['-map', '1']).flat()]
    const file = await make('many-odd.mkv', ...sounding, ...maps, ...PICTURE, ...WMA)
    expect(await probe(fileSource(file), first, never)).toMatchObject({
      reason: 'unsupported-codec',
    })
  })
})

describe('an encrypted track', () => {
  const KEY = ['76a6c65c5ea762046bd749a2e632ccbb', 'a7e61c373e219033c21091fa607bf3b8'] as const
  const COMMON = ['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', KEY[0]]
  const AES = [...COMMON, '-encryption_kid', KEY[1]]

  it.each([[], ['-movflags', 'frag_keyframe+empty_moov']])(
    'of pictures makes a recording unplayable, which says why (%s)',
    async (...options) => {
      const file = await make(
        `locked-${options.length}.mp4`,
        ...sounding,
        ...PICTURE,
        ...AES,
        ...options,
      )
      expect(await probe(fileSource(file), first, never)).toEqual({
        playable: false,
        reason: 'unsupported-codec',
        detail: 'Its picture is encrypted.',
      })
    },
  )

  it('of sound is left out: the picture plays', async () => {
    const clear = await make('clear.mp4', ...sounding, ...PICTURE, '-c:a', 'aac')
    const bytes = readFileSync(clear)
    bytes.write('enca', bytes.lastIndexOf('mp4a'), 'latin1')
    const { media } = await planOf(bytesSource(bytes), first)
    expect(media.audio).toBeNull()
    expect(noteOfLeftOut(media.leftOut, media)).toBe(
      'It plays without sound. Not played, but kept in the original: track 2, sound, which is encrypted.',
    )
  })
})
