import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CopyHash, hashOriginal } from '../../../shared/media/chunk/hash-packets.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import {
  ANNEX_B,
  allTools,
  countDecoded,
  ffmpeg,
  fileSource,
  largestGap,
  never,
  packetsOf,
  planAsSecured,
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
  'hevc.ts': [
    ...['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
    ...['-x265-params', 'log-level=none:keyint=30'],
  ],
  'pcm.mov': [...X264, ...CLOSED, '-c:a', 'pcm_s24be'],
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

/** The form in which pictures of the original and of an MP4 are the same bytes. */
const filterOf = (name: string): string | undefined => {
  if (name === 'hevc.ts') return 'hevc_mp4toannexb,filter_units=remove_types=32-35'
  return /\.(ts|avi)$/.test(name) ? ANNEX_B : undefined
}

/** In a transport stream sound carries headers that MP4 does not. */
const soundHash = (each: MediaTools, file: string): Promise<string> => {
  const filter = file.endsWith('.ts') ? ['-bsf:a', 'aac_adtstoasc'] : []
  const whole = file.endsWith('.mp4') ? ['-ignore_editlist', '1'] : []
  return ffmpeg(each, [
    ...whole,
    '-i',
    file,
    '-map',
    '0:a',
    '-c',
    'copy',
    ...filter,
    '-f',
    'hash',
    '-',
  ])
}

/** Every kind with the first pair of programs, what differs between programs with the others. */
const names = (each: MediaTools) =>
  each === first ? Object.keys(recordings) : ['open.mp4', 'closed.ts', 'mp3.mkv']

describe.each(tools.map((each) => [each.version, each] as const))('with ffmpeg %s', (_, each) => {
  it.each(names(each))('%s: chunks join to the packet', async (name) => {
    const file = path.join(folder.path, name)
    const source = fileSource(file)
    const plan = await planAsSecured(file, each, 1.5)
    await using out = await temporaryFolder()
    const results = await renderAll(source, each, plan, out.path)
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
    const filter = filterOf(name)
    const original = await videoHash(each, file, filter)
    expect(await videoHash(each, path.join(out.path, 'copy.m3u8'), filter)).toBe(original)

    if (plan.audio?.method === 'copied')
      expect(await soundHash(each, path.join(out.path, 'copy.m3u8'))).toBe(
        await soundHash(each, file),
      )

    const copy = new CopyHash(plan)
    for (const { index, copy: output } of results)
      expect(await copy.add(createReadStream(path.join(out.path, `copy-${index}.mp4`)))).toBe(
        output?.sha256,
      )
    const found = copy.finish()
    const packets = SECONDS * RATE
    const job = { source, tools: each, plan, packets, wallMs: 20_000, signal: never }
    expect(original).toContain(found.sha256)
    expect(found.packets).toBe(packets)
    expect(await hashOriginal(job)).toBe(found.sha256)
  })
})

it('finds out a copy in which a picture was altered, and one that is cut off', async () => {
  const source = fileSource(path.join(folder.path, 'open.mp4'))
  const plan = await planOf(source, first)
  await using out = await temporaryFolder()
  await renderAll(source, first, plan, out.path, { copy: true, proxy: false, storyboard: false })
  const played = readFileSync(path.join(out.path, 'copy-0.mp4'))
  const hashOf = async (bytes: Buffer) => {
    const copy = new CopyHash(plan)
    return { file: await copy.add(Readable.from([bytes])), ...copy.finish() }
  }
  const sound = await hashOf(played)
  const altered = Buffer.from(played)
  // The first media data begin with a picture.
  const at = altered.indexOf('mdat') + 1000
  altered[at] = (altered[at] ?? 0) ^ 1
  const found = await hashOf(altered)
  expect(found.packets).toBe(sound.packets)
  expect(found.sha256).not.toBe(sound.sha256)
  expect(found.file).not.toBe(sound.file)
  expect(await hashOf(played.subarray(0, played.length - 1000))).toMatchObject({ file: null })
})

it('proves the descent of a fragmented movie that is cut off in the middle of a fragment', async () => {
  const file = path.join(folder.path, 'cut-off.mp4')
  const bytes = readFileSync(path.join(folder.path, 'fragmented.mp4'))
  writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * 0.77)))
  const source = fileSource(file)
  const plan = await planAsSecured(file, first, 1.5)
  expect(plan.truncatedAtSeconds).toBeCloseTo(plan.durationSeconds, 3)
  await using out = await temporaryFolder()
  const wanted = { copy: true, proxy: false, storyboard: false }
  const copy = new CopyHash(plan)
  for (const { index } of await renderAll(source, first, plan, out.path, wanted))
    await copy.add(createReadStream(path.join(out.path, `copy-${index}.mp4`)))
  const { packets, sha256 } = copy.finish()
  expect(packets).toBe(plan.chunks.reduce((sum, chunk) => sum + (chunk.packets ?? 0), 0))
  const job = { source, tools: first, plan, packets, wallMs: 20_000, signal: never }
  expect(await hashOriginal(job)).toBe(sha256)
})
