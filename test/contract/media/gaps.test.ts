import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { MediaTools } from '../../../shared/media/tools.ts'
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
    const plan = await planAsSecured(file, tools, 15)
    await using out = await temporaryFolder()
    await renderAll(fileSource(file), tools, plan, out.path)
    for (const kind of ['copy', 'proxy']) {
      const playlist = readFileSync(path.join(out.path, `${kind}.m3u8`), 'utf8')
      const files = new Set(playlist.split('\n').filter((line) => line && !line.startsWith('#')))
      const sizes = [...files].map((uri) => [uri, statSync(path.join(out.path, uri)).size] as const)
      expect(mediaPlaylistFaults(playlist, new Map(sizes))).toEqual([])
      const longest = Math.max(
        ...[...playlist.matchAll(/EXTINF:([\d.]+)/g)].map(([, seconds]) => Number(seconds)),
      )
      expect(longest).toBeGreaterThan(GAP_SECONDS)
    }
  },
  30_000,
)
