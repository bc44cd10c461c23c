import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { mediaPlaylistFaults } from '../../hls/media-playlist-faults.ts'
import {
  allTools,
  ffmpeg,
  fileSource,
  planAsSecured,
  renderAll,
  temporaryFolder,
  testPicture,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
afterAll(() => folder[Symbol.asyncDispose]())

const GAP_SECONDS = 20
/** 10 s in, in the middle of a group of pictures, nothing comes for a while. */
const PAUSED = `setpts='(N+if(gte(N,105),${GAP_SECONDS * 10},0))/10/TB'`

it.each(['paused.mp4', 'paused.ts', 'paused.mkv'])(
  '%s: no segment is longer than its playlist declares',
  async (name) => {
    const file = path.join(folder.path, name)
    const pictures = [...testPicture(20, '10', '64x64'), '-vf', PAUSED, '-fps_mode', 'vfr']
    const coding = [...X264, '-x264-params', 'keyint=20:scenecut=0', '-bf', '2']
    await ffmpeg(tools, [...pictures, ...coding, file])
    const longest = await longestSegments(file)
    expect(longest.copy).toBeGreaterThan(GAP_SECONDS)
    expect(longest.proxy).toBeGreaterThan(GAP_SECONDS)
  },
  30_000,
)

it('a chunk may begin with the first picture after a hole', async () => {
  const file = path.join(folder.path, 'hole.ts')
  const pictures = [...testPicture(6, '30', '64x64'), '-vf', "select='lt(t,2)+gt(t,4)'"]
  const coding = ['-fps_mode', 'vfr', ...X264, '-x264-params', 'keyint=30:scenecut=0', '-bf', '2']
  await ffmpeg(tools, [...pictures, ...coding, file])
  const plan = await planAsSecured(file, tools, 2)
  const borders = plan.chunks.slice(1).map(({ startSeconds }) => startSeconds)
  expect(borders).toContainEqual(expect.closeTo(4, 1))
  await using out = await temporaryFolder()
  const chunks = await renderAll(fileSource(file), tools, plan, out.path)
  const rendered = chunks.map(({ copy }) => copy?.video.packets)
  expect(rendered).toEqual(plan.chunks.map(({ packets }) => packets))
}, 30_000)

it('nor before the first keyframe, where recording began between two', async () => {
  const file = path.join(folder.path, 'late.mp4')
  const keyframes = ['-force_key_frames', '0,10,12,14,16,18', '-x264-params', 'keyint=999']
  await ffmpeg(tools, [...testPicture(20, '10', '64x64'), ...X264, ...keyframes, file])
  const bytes = readFileSync(file)
  // The first picture is a keyframe no more (ISO/IEC 14496-12 §8.6.2).
  const table = bytes.indexOf('stss') + 8
  const count = bytes.readUInt32BE(table)
  bytes.copy(bytes, table + 4, table + 8, table + 4 + 4 * count)
  bytes.writeUInt32BE(count - 1, table)
  writeFileSync(file, bytes)
  const longest = await longestSegments(file)
  expect(longest.copy).toBeCloseTo(10, 1)
}, 30_000)

/** Renders a recording, checks its playlists against the specification, and measures them. */
async function longestSegments(file: string): Promise<{ copy: number; proxy: number }> {
  const plan = await planAsSecured(file, tools, 15)
  await using out = await temporaryFolder()
  await renderAll(fileSource(file), tools, plan, out.path)
  const longest = { copy: 0, proxy: 0 }
  for (const kind of ['copy', 'proxy'] as const) {
    const playlist = readFileSync(path.join(out.path, `${kind}.m3u8`), 'utf8')
    const files = new Set(playlist.split('\n').filter((line) => line && !line.startsWith('#')))
    const sizes = [...files].map((uri) => [uri, statSync(path.join(out.path, uri)).size] as const)
    expect(mediaPlaylistFaults(playlist, new Map(sizes))).toEqual([])
    const durations = playlist.matchAll(/EXTINF:([\d.]+)/g)
    longest[kind] = Math.max(...[...durations].map(([, seconds]) => Number(seconds)))
  }
  return longest
}
