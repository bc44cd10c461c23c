import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { renderChunk } from '../../../shared/media/chunk/render-chunk.ts'
import { NOWHERE } from '../../../shared/media/output-sink.ts'
import type { ChunkPlan } from '../../../shared/media/plan.ts'
import { aviIndexPlaces } from '../../../shared/media/probing/avi-index-places.ts'
import { HeaderCache } from '../../../shared/media/probing/header-cache.ts'
import { readKeyframes } from '../../../shared/media/probing/keyframes.ts'
import { probe } from '../../../shared/media/probing/probe.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { type FootageSource, readBytes } from '../../../shared/media/source.ts'
import {
  allTools,
  ffmpeg,
  fileSource,
  never,
  noteOf,
  planAsSecured,
  temporaryFolder,
  testSound,
  X264,
} from './support.ts'

const MEBIBYTE = 1024 * 1024
const CHUNK_SECONDS = 4
const CLIP_SECONDS = 4
const CLIPS = 9

const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
afterAll(() => folder[Symbol.asyncDispose]())
const fileOf = (name: string) => path.join(folder.path, name)

const FRAGMENTED = 'frag_keyframe+empty_moov'
/** Each with the clip that it repeats, as no encoder could make long recordings here. */
const recordings: Record<string, [clip: string, ...options: string[]]> = {
  'indexed.mp4': ['reordered.mp4'],
  'indexed.mov': ['reordered.mp4'],
  'fragmented.mp4': ['reordered.mp4', '-movflags', FRAGMENTED],
  'negative.mp4': ['reordered.mp4', '-movflags', `${FRAGMENTED}+negative_cts_offsets`],
  'without-cues.mkv': ['reordered.mp4', '-live', '1'],
  'with-cues.mkv': ['reordered.mp4'],
  'stream.ts': ['reordered.mp4'],
  // Copied over and over, its sound is a quarter of what its header says: far apart from the picture.
  'apart.avi': ['plain.avi'],
  'beside.avi': ['beside-clip.avi'],
}
/** The same, cut off within its last pictures, and so without an index. */
const CUT_OFF = 'cut-off.avi'

beforeAll(async () => {
  const noise = `testsrc2=s=640x360:r=25:d=${CLIP_SECONDS},noise=alls=60:allf=t`
  for (const [clip, reordered, sound] of [
    ['plain.avi', '0', 'aac'],
    ['beside-clip.avi', '0', 'pcm_s16le'],
    ['reordered.mp4', '2', 'aac'],
  ] as const)
    await ffmpeg(tools, [
      ...['-f', 'lavfi', '-i', noise, ...testSound(CLIP_SECONDS), ...X264, '-qp', '16'],
      ...['-g', '25', '-bf', reordered, '-c:a', sound, fileOf(clip)],
    ])
  for (const [name, [clip, ...options]] of Object.entries(recordings))
    await ffmpeg(tools, [
      ...['-stream_loop', `${CLIPS - 1}`, '-i', fileOf(clip), '-c', 'copy'],
      ...[...options, fileOf(name)],
    ])
  const whole = await readFile(fileOf('beside.avi'))
  await writeFile(fileOf(CUT_OFF), whole.subarray(0, whole.lastIndexOf('00dc', -4e6) + 1000))
}, 120_000)

it.each([...Object.keys(recordings), CUT_OFF])(
  'of %s only what is needed is read',
  async (name) => {
    const file = fileOf(name)
    const plan = await planAsSecured(file, tools, CHUNK_SECONDS)
    const source = fileSource(file)
    const readFor = async (work: () => Promise<unknown>) => {
      source.bytesRead = 0
      await work()
      return source.bytesRead
    }
    // ffprobe looks at five seconds, in AVI with a track here and the other there.
    expect(await readFor(() => probe(source, tools, never))).toBeLessThan(32 * MEBIBYTE)
    const note = await noteOf(file)
    const planning = () => readKeyframes(source, plan.media, tools, never, note)
    expect(await readFor(planning)).toBeLessThan(MEBIBYTE / 4)

    const cached = await new HeaderCache().open('v1', source, never)
    const { chunks, durationSeconds } = plan
    const chunk = chunks.at(-2)
    if (!chunk) throw new Error('There are no chunks.')
    const wanted = { copy: true, proxy: false, storyboard: false }
    const job = { source: cached, tools, plan, chunk, wanted, signal: never }
    const read = await readFor(() => renderChunk({ ...job, openOutput: () => NOWHERE }))
    const second = source.size / durationSeconds
    expect(chunk.startSeconds * second).toBeGreaterThan(60 * MEBIBYTE)
    // What lies two seconds before and after may have to do with it; and blocks of 2 MiB.
    expect(read).toBeLessThan((chunk.durationSeconds + 5.5) * second + 8 * MEBIBYTE)
  },
  30_000,
)

it.each(['beside.avi', CUT_OFF])('a chunk of %s is read as a file of its own', async (name) => {
  const file = fileOf(name)
  const plan = await planAsSecured(file, tools, CHUNK_SECONDS)
  expect(plan.truncatedAtSeconds !== null).toBe(name === CUT_OFF)
  const source = fileSource(file)
  let furthest = 0
  const watched: FootageSource = {
    size: source.size,
    read(start, end, signal) {
      furthest = Math.max(furthest, end)
      return source.read(start, end, signal)
    },
  }
  const cached = await new HeaderCache().open('v1', watched, never)
  const render = async (chunk: ChunkPlan) => {
    const wanted = { copy: true, proxy: false, storyboard: false }
    const job = { source: cached, tools, plan, chunk, wanted, signal: never }
    const { copy } = await renderChunk({ ...job, openOutput: () => NOWHERE })
    return [copy?.video, copy?.audio, copy?.startSeconds, copy?.endSeconds]
  }
  for (const chunk of [plan.chunks[0], plan.chunks[3]] as ChunkPlan[]) {
    furthest = 0
    const own = await render(chunk)
    const second = source.size / plan.durationSeconds
    const end = (chunk.startSeconds + chunk.durationSeconds + 3) * second + 6 * MEBIBYTE
    expect(end).toBeLessThan(source.size)
    expect(furthest).toBeLessThan(end)
    // By the index of the whole file, or by reading all that comes before.
    expect(own).toEqual(await render({ ...chunk, position: null, passed: null }))
  }
})

it('the index of an AVI file is read once, however many chunks go by it', async () => {
  const source = fileSource(fileOf('apart.avi'))
  const opened = () => cache.open('v1', source, never)
  const cache = new HeaderCache()
  const { indexes, bytes } = await indexOf(source)
  expect(indexes).toBeGreaterThan(0)
  const readIndex = async () => {
    source.bytesRead = 0
    for (const { start, end } of await aviIndexPlaces(await opened(), never))
      await readBytes(await opened(), start + 8, end, never)
    return source.bytesRead
  }
  expect(await readIndex()).toBeGreaterThanOrEqual(bytes)
  expect(await readIndex()).toBe(0)
})

async function indexOf(source: FootageSource) {
  const places = await aviIndexPlaces(source, never)
  const ids = await Promise.all(
    places.map(({ start }) => readBytes(source, start, start + 4, never)),
  )
  for (const id of ids) expect(id.toString('latin1')).toMatch(/^(idx1|ix\d\d)$/)
  return {
    indexes: places.length,
    bytes: places.reduce((sum, { start, end }) => sum + end - start, 0),
  }
}
