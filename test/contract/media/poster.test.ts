import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePoster } from '../../../shared/media/poster/poster.ts'
import {
  openForPoster,
  POSTER_BYTES,
  type PosterPicture,
  posterPictures,
} from '../../../shared/media/poster/poster-pictures.ts'
import { HeaderCache } from '../../../shared/media/probing/header-cache.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import {
  allTools,
  ffmpeg,
  fileSource,
  never,
  planAsSecured,
  planOf,
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
const NOISE = ['-vf', 'noise=alls=20:allf=t']
const INDEXED = '1080p at 61 Mbit per second.mp4'
const recordings = {
  [INDEXED]: [...testPicture(3, '10', '1920x1080'), ...testSound(3)],
  '2160p, sound first.mov': [...testPicture(2, '10', '3840x2160'), ...testSound(2)],
} as const
/** Of these, securing notes where the keyframes lie. */
const noted = ['noted.ts', 'noted.mkv', 'noted.avi']

beforeAll(async () => {
  for (const [name, inputs] of Object.entries(recordings))
    await ffmpeg(first, [
      ...[...inputs, ...NOISE, ...(name.includes('sound') ? ['-map', '1', '-map', '0'] : [])],
      ...[...X264, '-g', '5', '-b:v', '20M', '-c:a', 'aac', fileOf(name)],
    ])
  for (const name of noted)
    await ffmpeg(first, [
      ...['-i', fileOf(INDEXED), '-c', 'copy'],
      // AVI takes pictures as they are in a transport stream.
      ...(name.endsWith('avi') ? ['-bsf:v', 'h264_mp4toannexb'] : []),
      fileOf(name),
    ])
  await ffmpeg(first, [
    ...[...testPicture(4), '-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3'],
    ...['-x264-params', 'open-gop=1:keyint=30:scenecut=0', fileOf('open.mp4')],
  ])
}, 120_000)

/** Bytes of the movie header and what must be read to find it. */
async function headerBytes(name: string): Promise<number> {
  const source = fileSource(fileOf(name))
  await new HeaderCache().open('v1', source, never)
  return source.bytesRead
}

describe.each(tools.map((each) => [each.version, each] as const))(
  'a poster, by ffmpeg %s',
  { timeout: 60_000 },
  (_, each) => {
    it.each(Object.keys(recordings))('of %s reads the header and 4 MiB at most', async (name) => {
      const source = fileSource(fileOf(name))
      const plan = await planOf(source, each)
      const cached = await new HeaderCache().open('v1', source, never)
      source.bytesRead = 0
      const poster = await makePoster({ source: cached, tools: each, plan, signal: never })
      expect(poster.jpeg.subarray(0, 2).toString('hex')).toBe('ffd8')
      expect(poster).toMatchObject({ width: 1280, height: 720 })
      expect(source.bytesRead).toBeLessThanOrEqual(POSTER_BYTES)
      expect(source.size).toBeGreaterThan(1.5 * POSTER_BYTES)
    })

    it('of what was noted reads as little, and is the same picture', async () => {
      const seen = new Map<string, string>()
      for (const name of [INDEXED, ...noted]) {
        const source = fileSource(fileOf(name))
        const plan = await planAsSecured(fileOf(name), each)
        const poster = await makePoster({ source, tools: each, plan, signal: never })
        expect(source.bytesRead, name).toBeLessThanOrEqual(POSTER_BYTES)
        expect(source.size).toBeGreaterThan(1.5 * POSTER_BYTES)
        seen.set(name, poster.sha256)
      }
      expect(new Set(seen.values()).size, JSON.stringify([...seen])).toBe(1)
    })

    it('is made of a keyframe of open groups', async () => {
      const source = fileSource(fileOf('open.mp4'))
      const plan = await planOf(source, each)
      const poster = await makePoster({ source, tools: each, plan, signal: never })
      expect(plan.posterSeconds).toContain(poster.atSeconds)
    })
  },
)

describe('the pictures looked at for a poster', () => {
  it.each([...Object.keys(recordings), ...noted])(
    'of %s all together are bounded',
    async (name) => {
      const plan = await planAsSecured(fileOf(name), first)
      const source = fileSource(fileOf(name))
      const pictures: PosterPicture[] = []
      for await (const picture of posterPictures(
        await openForPoster(source, plan, never),
        plan,
        never,
      ))
        pictures.push(picture)
      expect(pictures.length).toBeGreaterThan(1)
      expect(pictures.every(({ alone }) => alone)).toBe(true)
      expect(source.bytesRead).toBeLessThanOrEqual((await headerBytes(name)) + POSTER_BYTES)
    },
  )
})
