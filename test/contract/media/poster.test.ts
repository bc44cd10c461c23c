import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MediaError } from '../../../shared/media/errors.ts'
import type { RenditionPlan } from '../../../shared/media/plan.ts'
import { makePoster, type Poster } from '../../../shared/media/poster/poster.ts'
import {
  openForPoster,
  POSTER_BYTES,
  posterPictures,
} from '../../../shared/media/poster/poster-pictures.ts'
import { HeaderCache } from '../../../shared/media/probing/header-cache.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { withSpoiltPictures } from './hostile/forge.ts'
import {
  allTools,
  type CountedSource,
  ffmpeg,
  fileSource,
  never,
  planAsSecured,
  temporaryFolder,
  testPicture,
  testSound,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const tools = await allTools()
const [first] = tools as [MediaTools]
afterAll(() => folder[Symbol.asyncDispose]())
const fileOf = (name: string) => path.join(folder.path, name)

/** Each of two seconds, with a keyframe of about a megabyte every half second, as at 60 Mbit/s. */
const codings = {
  h264: [...X264, '-qp', '22', '-g', '2'],
  hevc: ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-x265-params'].concat(
    'log-level=none:qp=20:keyint=2:min-keyint=2:scenecut=0',
  ),
  mpeg4: ['-c:v', 'mpeg4', '-q:v', '2', '-g', '2'],
}
type Coding = keyof typeof codings

const ANNEX_B = ['-bsf:v', 'h264_mp4toannexb']
const SOUND_FIRST = ['-map', '0:1', '-map', '0:0']
const FRAGMENTS = ['-movflags', 'empty_moov+default_base_moof', '-frag_duration']
const TS_PACKET_BYTES = 188

/** The same packets in a container: how ffmpeg writes them, and what is changed afterwards. */
type Recording = {
  coding: Coding
  write: string[]
  change?: (file: Buffer) => Buffer
  /** It begins later: its first keyframe is another. */
  cut?: true
}
const of = (coding: Coding, ...write: string[]): Recording => ({ coding, write })

const recordings: Record<string, Recording> = {
  'header-last.mp4': of('h264'),
  'header-first.mp4': of('h264', '-movflags', '+faststart'),
  'sound-first.mov': of('h264', ...SOUND_FIRST),
  'fragments.mp4': of('h264', ...FRAGMENTS, '1000000'),
  'one-fragment.mp4': of('h264', ...FRAGMENTS, '10000000'),
  'segment-index.mp4': of('h264', ...FRAGMENTS, '1000000', '-movflags', '+global_sidx'),
  'sound-first.mp4': of('h264', ...SOUND_FIRST, ...FRAGMENTS, '500000'),
  'rubbish-first.mp4': { ...of('h264', ...FRAGMENTS, '1000000'), change: withFreeBox },
  'plain.ts': of('h264'),
  'sound-first.ts': of('h264', ...SOUND_FIRST),
  'timecoded.m2ts': of('h264', '-mpegts_m2ts_mode', '1'),
  'nothing-first.ts': { ...of('h264'), change: (file) => Buffer.concat([nullPackets, file]) },
  'begun-in-the-middle.ts': {
    ...{ ...of('h264'), cut: true },
    change: (file) => file.subarray(1000 * TS_PACKET_BYTES),
  },
  'cues.mkv': of('h264'),
  'live.mkv': of('h264', '-live', '1'),
  'void-first.mkv': of('h264', '-reserve_index_space', '1000000'),
  'plain.avi': of('h264', ...ANNEX_B),
  'sound-first.avi': of('h264', ...SOUND_FIRST, ...ANNEX_B),
  'no-index.avi': {
    ...of('h264', ...ANNEX_B),
    change: (file) => file.subarray(0, file.lastIndexOf('idx1')),
  },
  'second-part.avi': { ...of('h264', ...ANNEX_B), change: withSecondPart },
  'hevc.mp4': of('hevc'),
  'hevc-fragments.mp4': of('hevc', ...FRAGMENTS, '1000000'),
  'hevc.ts': of('hevc'),
  'hevc.mkv': of('hevc'),
  'mpeg4.mp4': of('mpeg4'),
  'mpeg4.ts': of('mpeg4', '-bsf:v', 'dump_extra'),
  'mpeg4.avi': of('mpeg4'),
}

const nullPackets = Buffer.alloc(1000 * TS_PACKET_BYTES, 0xff)
for (let at = 0; at < nullPackets.length; at += TS_PACKET_BYTES)
  nullPackets.writeUInt32BE(0x471fff10, at)

/** A box that says nothing stands between the header and the first fragment. */
function withFreeBox(file: Buffer): Buffer {
  const at = file.indexOf('moof') - 4
  const free = Buffer.alloc(2_000_000, 'rubbish ')
  free.writeUInt32BE(free.length, 0)
  free.write('free', 4, 'latin1')
  return Buffer.concat([file.subarray(0, at), free, file.subarray(at)])
}

/** As OpenDML has it beyond a gigabyte: all pictures are in a further RIFF, and no index is there. */
function withSecondPart(file: Buffer): Buffer {
  const chunksAt = file.indexOf('movi') + 4
  const head = Buffer.from(file.subarray(0, chunksAt))
  head.writeUInt32LE(head.length - 8, 4)
  head.writeUInt32LE(4, chunksAt - 8)
  const chunks = file.subarray(chunksAt, file.lastIndexOf('idx1'))
  const second = Buffer.from('RIFF....AVIXLIST....movi', 'latin1')
  second.writeUInt32LE(16 + chunks.length, 4)
  second.writeUInt32LE(4 + chunks.length, 16)
  return Buffer.concat([head, second, chunks])
}

const base = (coding: Coding) => fileOf(`${coding}.mov`)

beforeAll(async () => {
  const input = [...testPicture(2, '4', '1280x720'), ...testSound(2)]
  for (const [coding, encoder] of Object.entries(codings))
    await ffmpeg(first, [
      ...[...input, '-vf', 'noise=alls=60:allf=t', ...encoder],
      ...['-c:a', 'aac', base(coding as Coding)],
    ])
  for (const [name, { coding, write, change }] of Object.entries(recordings)) {
    await ffmpeg(first, ['-i', base(coding), '-c', 'copy', ...write, fileOf(name)])
    if (change) writeFileSync(fileOf(name), change(readFileSync(fileOf(name))))
  }
}, 120_000)

/** The poster of a recording whose header is in memory: all that the source counts is read beyond it. */
async function posterOf(
  source: CountedSource,
  plan: RenditionPlan,
  each: MediaTools = first,
): Promise<Poster> {
  const cached = await new HeaderCache().open('v1', source, never)
  source.bytesRead = 0
  return makePoster({ source: cached, tools: each, plan, signal: never })
}

/** ffmpeg looks for the picture itself: it has it within the bound, or there is none. */
async function expectWholeOrNone(
  name: string,
  plan: RenditionPlan,
  whole: string | undefined,
): Promise<void> {
  const source = fileSource(fileOf(name))
  const poster = await posterOf(source, plan).catch((error: unknown) => error)
  expect(source.bytesRead).toBeLessThanOrEqual(POSTER_BYTES)
  if (poster instanceof MediaError) expect(poster.message).toMatch(/4 MiB/)
  else expect(poster).toMatchObject({ sha256: whole })
}

/** What is read beside a picture: tables, and to the end of a piece. */
const BESIDE_BYTES = 200 * 1024

describe('a poster', { timeout: 60_000 }, () => {
  const seen = new Map<string, string>()

  it.each(Object.entries(recordings).map(([name, one], n) => ({ name, n, ...one })))(
    'of $name costs one keyframe, and is the same in every container',
    async ({ name, n, coding, cut }) => {
      const source = fileSource(fileOf(name))
      expect(source.size).toBeGreaterThan(1.5 * POSTER_BYTES)
      const plan = await planAsSecured(fileOf(name), first)
      // Each of the programs in its turn.
      const each = tools[n % tools.length] as MediaTools
      const poster = await posterOf(source, plan, each)
      expect(poster).toMatchObject({ width: 1280, height: 720, atSeconds: plan.posterSeconds[0] })
      expect(source.bytesRead).toBeLessThanOrEqual(POSTER_BYTES)
      const picture = `${coding} by ${each.version}`
      if (!cut) expect(poster.sha256).toBe(seen.get(picture) ?? poster.sha256)
      if (!cut) seen.set(picture, poster.sha256)

      const pictures = posterPictures(await openForPoster(source, plan, never), plan, never)
      source.bytesRead = 0
      const { value: alone } = await pictures.next()
      expect(alone).toBeDefined()
      expect(source.bytesRead).toBeLessThanOrEqual((alone?.source.size ?? 0) + BESIDE_BYTES)
    },
  )

  it.each(['fragments.mp4', 'plain.ts', 'live.mkv', 'plain.avi'])(
    'of %s, were nothing noted, is whole or not made, within the same bound',
    async (name) => {
      const plan = { ...(await planAsSecured(fileOf(name), first)), posterPositions: [] }
      await expectWholeOrNone(name, plan, seen.get(`h264 by ${first.version}`))
    },
  )

  it('of MPEG-4 in Matroska, of which nothing is noted, is whole or not made, too', async () => {
    const name = 'mpeg4.mkv'
    await ffmpeg(first, ['-i', base('mpeg4'), '-c', 'copy', fileOf(name)])
    const plan = await planAsSecured(fileOf(name), first)
    expect(plan.posterPositions).toEqual([])
    await expectWholeOrNone(name, plan, seen.get(`mpeg4 by ${first.version}`))
  })

  it.each(['mp4', 'ts', 'mkv', 'avi'])(
    'in %s is of the next keyframe that is not black, and in which there is something to see',
    async (extension) => {
      const dark = "drawbox=t=fill:color=black:enable='lt(t,1)'"
      const name = `dark.${extension}`
      await ffmpeg(first, [
        ...[...testPicture(4, '10'), '-vf', dark, ...X264, '-g', '5', fileOf(name)],
      ])
      const plan = await planAsSecured(fileOf(name), first)
      const { atSeconds } = await posterOf(fileSource(fileOf(name)), plan)
      expect(plan.posterSeconds[0]).toBeLessThan(1)
      expect(atSeconds).toBe(plan.posterSeconds[1])
    },
  )

  it.each([[], [...FRAGMENTS, '1000000']])(
    'is of another keyframe where the first cannot be decoded',
    async (...write) => {
      const file = fileOf('spoilt.mp4')
      await ffmpeg(first, ['-i', base('h264'), '-c', 'copy', '-an', ...write, file])
      const whole = readFileSync(file)
      const half = whole.length / 2
      const bytes = [withSpoiltPictures(whole).subarray(0, half), whole.subarray(half)]
      writeFileSync(file, Buffer.concat(bytes))
      const source = fileSource(file)
      const { atSeconds } = await posterOf(source, await planAsSecured(file, first))
      expect(atSeconds).toBeGreaterThanOrEqual(1)
      expect(source.bytesRead).toBeLessThanOrEqual(POSTER_BYTES)
    },
  )

  describe('of keyframes that are larger than what may be read', () => {
    const noisy = (enable: string) => ['-vf', `noise=alls=100:allf=t:enable='${enable}'`]
    const make = async (name: string, enable: string) => {
      await ffmpeg(first, [
        ...[...testPicture(0.3, '10', '2560x1440'), ...noisy(enable), ...X264, '-g', '1'],
        ...['-qp', '1', ...(name.endsWith('avi') ? ANNEX_B : []), fileOf(name)],
      ])
      const source = fileSource(fileOf(name))
      return { source, plan: await planAsSecured(fileOf(name), first) }
    }

    it.each(['mp4', 'mkv', 'avi'])('in %s is of one that is not', async (extension) => {
      const { source, plan } = await make(`some.${extension}`, 'lt(t,0.1)')
      const { atSeconds } = await posterOf(source, plan)
      expect(atSeconds).toBe(plan.posterSeconds[1])
      expect(source.bytesRead).toBeLessThanOrEqual(POSTER_BYTES)
    })

    it.each(['mp4', 'ts', 'mkv', 'avi'])('in %s is not made, if all are', async (extension) => {
      const { source, plan } = await make(`all.${extension}`, '1')
      await expect(posterOf(source, plan)).rejects.toMatchObject({
        ...{ mediaCode: 'no-keyframe', message: expect.stringContaining('4 MiB') },
      })
      expect(source.bytesRead).toBeLessThanOrEqual(POSTER_BYTES)
    })
  })

  it.each(tools.map((each) => [each.version, each] as const))(
    'is made of a keyframe of open groups, by ffmpeg %s',
    async (_, each) => {
      const open = ['-x264-params', 'open-gop=1:keyint=30:scenecut=0', '-bf', '3']
      const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', ...open]
      await ffmpeg(first, [...testPicture(4), ...encoder, fileOf('open.mp4')])
      const plan = await planAsSecured(fileOf('open.mp4'), each)
      const { atSeconds } = await posterOf(fileSource(fileOf('open.mp4')), plan, each)
      expect(plan.posterSeconds).toContain(atSeconds)
    },
  )
})
