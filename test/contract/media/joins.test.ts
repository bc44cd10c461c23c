import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaTools } from '../../../shared/media/tools.ts'
import {
  ANNEX_B,
  allTools,
  countDecoded,
  ffmpeg,
  fileSource,
  largestGap,
  packetsOf,
  planOf,
  renderAll,
  temporaryFolder,
  testPicture,
  testSound,
  videoHash,
  X264,
} from './support.ts'

const SECONDS = 5
const RATE = 30
const AAC_FRAME_SECONDS = 1024 / 48_000

const folder = await temporaryFolder()
const tools = await allTools()
const first = tools[0] as MediaTools
afterAll(() => folder[Symbol.asyncDispose]())

const ascending = (a: number, b: number) => a - b

const CLOSED = ['-g', '30', '-bf', '2']
const OPEN = ['-x264-params', 'open-gop=1:keyint=30:scenecut=0', '-bf', '3']
const recordings = {
  'open.mp4': [...X264, ...OPEN, '-c:a', 'aac'],
  'open.mkv': [...X264, ...OPEN, '-c:a', 'aac'],
  'closed.ts': [...X264, ...CLOSED, '-c:a', 'aac'],
  'no-reorder.avi': [...X264, '-g', '30', '-bf', '0', '-c:a', 'aac'],
  'fragmented.mp4': [...X264, ...CLOSED, '-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov'],
  'pcm.mov': [...X264, ...CLOSED, '-c:a', 'pcm_s16le'],
  'mp3.mkv': [...X264, ...CLOSED, '-c:a', 'libmp3lame'],
} as const

beforeAll(async () => {
  for (const [name, options] of Object.entries(recordings))
    await ffmpeg(first, [
      ...testPicture(SECONDS, `${RATE}`),
      ...testSound(SECONDS),
      ...options,
      path.join(folder.path, name),
    ])
}, 60_000)

/** Every kind with the first pair of programs, what differs between programs with the others. */
const names = (each: MediaTools) =>
  each === first ? Object.keys(recordings) : ['open.mp4', 'closed.ts', 'mp3.mkv']

describe.each(tools.map((each) => [each.version, each] as const))('with ffmpeg %s', (_, each) => {
  it.each(names(each))('%s: chunks join to the packet', async (name) => {
    const file = path.join(folder.path, name)
    const source = fileSource(file)
    const plan = await planOf(source, each, 1.5)
    await using out = await temporaryFolder()
    await renderAll(source, each, plan, out.path)
    expect(plan.chunks.length).toBeGreaterThan(2)

    // Some writers leave a hole after the first packet: it stays, and no other comes to it.
    const gapIn = async (track: 'v:0' | 'a:0') =>
      largestGap((await packetsOf(each, file, track)).map(({ pts }) => pts).toSorted(ascending))
    const pictureGap = Math.max(1 / RATE, await gapIn('v:0')) + 0.0015
    const soundGap = Math.max(AAC_FRAME_SECONDS, await gapIn('a:0')) + 0.003

    for (const kind of ['copy', 'proxy']) {
      const playlist = path.join(out.path, `${kind}.m3u8`)
      const pictures = await packetsOf(each, playlist, 'v:0')
      expect(pictures).toHaveLength(SECONDS * RATE)
      expect(await countDecoded(each, playlist)).toBe(SECONDS * RATE)
      const shown = pictures.map(({ pts }) => pts).toSorted(ascending)
      expect(largestGap(shown)).toBeLessThan(pictureGap)
      const decoded = pictures.map(({ dts }) => dts)
      expect(decoded).toEqual(decoded.toSorted(ascending))
      expect(new Set(decoded).size).toBe(decoded.length)

      const sounds = await packetsOf(each, playlist, 'a:0')
      expect(Math.abs(sounds.length * AAC_FRAME_SECONDS - SECONDS)).toBeLessThan(
        3 * AAC_FRAME_SECONDS,
      )
      expect(largestGap(sounds.map(({ pts }) => pts))).toBeLessThan(soundGap)
    }
    const filter = name.endsWith('.ts') || name.endsWith('.avi') ? ANNEX_B : undefined
    expect(await videoHash(each, path.join(out.path, 'copy.m3u8'), filter)).toBe(
      await videoHash(each, file, filter),
    )
  })
})
