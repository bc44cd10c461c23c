import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BEGINNING_SECONDS, beginningOf } from '../../../shared/media/mp4/beginning.ts'
import { readMovieHeader } from '../../../shared/media/mp4/movie-header.ts'
import { probe } from '../../../shared/media/probing/probe.ts'
import { serveRanges } from '../../../shared/media/running/range-proxy.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { type FootageSource, readBytes } from '../../../shared/media/source.ts'
import {
  allTools,
  type CountedSource,
  ffmpeg,
  fileSource,
  never,
  packetsOf,
  planOf,
  renderAll,
  temporaryFolder,
  testPicture,
  testSound,
  X264,
} from './support.ts'

const SECONDS = 1000
const folder = await temporaryFolder()
const tools = await allTools()
const [first] = tools as [MediaTools]
afterAll(() => folder[Symbol.asyncDispose]())

const fileOf = (name: string) => path.join(folder.path, name)

beforeAll(async () => {
  const sound = ['-c:a', 'aac', '-b:a', '16k']
  // Pictures come twice as often after ten minutes and some.
  const uneven = ['-vf', "select='gte(t,700)+not(mod(n,2))'", '-fps_mode', 'vfr']
  await ffmpeg(first, [
    ...[...testPicture(SECONDS, '2', '64x64'), ...testSound(SECONDS), ...uneven],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-g', '8', ...sound],
    fileOf('last.mp4'),
  ])
  const again = ['-i', fileOf('last.mp4'), '-c', 'copy']
  await ffmpeg(first, [...again, '-movflags', '+faststart', fileOf('first.mp4')])
  await ffmpeg(first, [...testPicture(20, '2', '64x64'), ...X264, fileOf('short.mp4')])
}, 120_000)

/** What a demuxer makes of a source. */
async function packetsIn(source: FootageSource, track: 'v:0' | 'a:0') {
  await using proxy = await serveRanges(source, { signal: never })
  return await packetsOf(first, proxy.url, track)
}

describe.each(['first.mp4', 'last.mp4'])('the beginning of a recording, header %s', (name) => {
  let source: CountedSource
  let beginning: FootageSource
  beforeAll(async () => {
    source = fileSource(fileOf(name))
    beginning = await beginningOf(source, never)
  })

  it.each(['v:0', 'a:0'] as const)('has the packets of %s as they are, and no more', async (of) => {
    const whole = await packetsIn(source, of)
    const seen = await packetsIn(beginning, of)
    // How long the last one is, a demuxer reckons from the end of the track.
    expect(seen.slice(0, -1)).toEqual(whole.slice(0, seen.length - 1))
    expect(seen.length).toBeLessThan(whole.length)
    expect(seen.at(-1)?.pts).toBeGreaterThanOrEqual(BEGINNING_SECONDS - 2)
    expect(seen.at(-1)?.pts).toBeLessThan(BEGINNING_SECONDS + 20)
  })

  it('leaves everything but the header as it is', async () => {
    const header = await readMovieHeader(source, never)
    if (header.kind !== 'indexed') throw new Error('It has no index.')
    const { offset, moov } = header
    for (const [start, end] of [
      [0, offset],
      [offset + moov.length, source.size],
    ] as const)
      expect(await readBytes(beginning, start, end, never)).toEqual(
        await readBytes(source, start, end, never),
      )
    expect(beginning.size).toBe(source.size)
  })
})

it('is all of a recording that is short', async () => {
  const source = fileSource(fileOf('short.mp4'))
  expect(await beginningOf(source, never)).toBe(source)
})

describe.each(tools.map((each) => [each.version, each] as const))(
  'a recording whose beginning alone was looked at, by ffmpeg %s',
  { timeout: 60_000 },
  (version, each) => {
    it('is described as a whole', async () => {
      const found = await probe(fileSource(fileOf('last.mp4')), each, never)
      if (!found.playable) throw new Error(found.detail)
      // 700 s with one picture a second, 300 s with two.
      expect(found.media.video.frameRate).toBeCloseTo(1300 / SECONDS, 2)
      expect(found.media.declaredSeconds).toBeCloseTo(SECONDS, -1)
    })

    it('is rendered with every picture and sound', async () => {
      const source = fileSource(fileOf('last.mp4'))
      const plan = await planOf(source, each)
      expect(plan.chunks.length).toBeGreaterThan(2)
      const target = await temporaryFolder()
      await using _ = target
      const copy = { copy: true, proxy: false, storyboard: false }
      const results = await renderAll(source, each, plan, target.path, copy)
      const sum = (of: (result: (typeof results)[number]) => number) =>
        results.reduce((total, result) => total + of(result), 0)
      expect(
        sum(({ copy }) => copy?.video.packets ?? 0),
        version,
      ).toBe((await packetsIn(source, 'v:0')).length)
      expect(
        sum(({ copy }) => copy?.audio?.packets ?? 0),
        version,
      ).toBe((await packetsIn(source, 'a:0')).length)
    })
  },
)
