import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findMediaTools } from '../../shared/media/running/tools.ts'
import { type Gate, gateFfmpeg, LATER_CHUNKS, PROXIES } from '../gated-ffmpeg.ts'
import { growthFaults } from '../hls/media-playlist-faults.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Scene, securedId } from '../scene.ts'

const run = promisify(execFile)
const VIEWER = 'Asha Rahman'
const MANAGER = personWith('EvidenceManager')
const LONG_SECONDS = 2400

type Progress = {
  state: string
  percent: number
  renditions: { kind: string; state: string; chunks: number; finished: number; percent: number }[]
}

vi.setConfig({ testTimeout: PIPELINE_LIMIT_MS })

/** One story, told in order: each part begins where the one before it ended. */
describe('recordings that wait for the same workers', () => {
  const stack = new AsyncDisposableStack()
  let scene: Scene
  let laterChunks: Gate
  let proxies: Gate
  let long: string
  let short: string
  const file = { long: '', short: '' }

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-overtaking-'))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    const tools = await findMediaTools({ searchPath: process.env.PATH })
    for (const [name, seconds] of [
      ['long', LONG_SECONDS],
      ['short', 4],
    ] as const) {
      file[name] = path.join(folder, `${name}.mp4`)
      await run(tools.ffmpeg, [
        ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=s=64x64:r=1:d=${seconds}`],
        ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '4'],
        file[name],
      ])
    }
    proxies = await gateFfmpeg(tools.ffmpeg, folder, PROXIES)
    await proxies.open()
    laterChunks = await gateFfmpeg(proxies.ffmpeg, folder, LATER_CHUNKS)
    const settings = { PROXY_POLICY: 'on-view', FFMPEG_PATH: laterChunks.ffmpeg }
    scene = stack.use(await openScene({ settings: { ...settings, FFPROBE_PATH: tools.ffprobe } }))
  }, PIPELINE_LIMIT_MS)
  afterAll(() => stack.disposeAsync())

  const progressOf = async (id: string): Promise<Progress> =>
    (await scene.as(MANAGER, 'GET', `/footage/${id}/progress`)).json() as Progress
  const rendition = ({ renditions }: Progress, kind: string) =>
    renditions.find((each) => each.kind === kind)
  const until = (id: string, seen: (progress: Progress) => unknown) =>
    vi.waitFor(async () => expect(seen(await progressOf(id))).toBeTruthy(), {
      timeout: PIPELINE_LIMIT_MS,
      interval: 200,
    })
  const openPlayback = async (id: string): Promise<{ url: string }> => {
    const reply = await scene.as(VIEWER, 'POST', `/footage/${id}/playback`, { reason: 'a review' })
    expect(reply.status, reply.text).toBe(201)
    return reply.json() as { url: string }
  }
  const textOf = async (url: string | URL) => (await fetch(url)).text()

  it('a short one stands behind the chunks of a long one', async () => {
    long = securedId(await scene.dock({ file: file.long, sequence: 1, durationSeconds: 2400 }))
    // Its first chunk is done first; then the ordinary workers are held up by its others.
    await until(long, (progress) => rendition(progress, 'copy')?.finished === 1)
    expect(rendition(await progressOf(long), 'copy')?.chunks).toBeGreaterThan(3)
    short = securedId(await scene.dock({ file: file.short, sequence: 2, durationSeconds: 4 }))
    await until(short, ({ state }) => state === 'rendering')
  })

  it('an urgent one overtakes both, its proxy included', async () => {
    const urgent = { file: file.short, sequence: 3, durationSeconds: 4, urgent: true }
    const id = securedId(await scene.dock(urgent))
    await scene.until(id, 'ready')
    expect(rendition(await progressOf(id), 'proxy')).toMatchObject({ state: 'ready', percent: 100 })
    for (const waiting of [long, short])
      expect(await progressOf(waiting)).toMatchObject({ state: 'rendering' })
    expect(rendition(await progressOf(short), 'copy')?.finished).toBe(0)
  })

  it('and so does one that a supervisor hastens', async () => {
    const hastened = await scene.as(personWith('Supervisor'), 'POST', `/footage/${short}/urgent`)
    expect(hastened.status, hastened.text).toBe(202)
    await scene.until(short, 'ready')
    expect(await progressOf(long)).toMatchObject({ state: 'rendering' })
  })

  it('meanwhile the beginning of the long one plays, and what is added changes nothing of it', async () => {
    // Watching starts the proxy that nobody had asked for, past everything that stands in line.
    const { url } = await openPlayback(long)
    expect(await textOf(url)).not.toContain('proxy.m3u8')
    await until(long, (progress) => rendition(progress, 'proxy')?.finished === 1)
    // The copy does not wait for the rest of it.
    await proxies.shut()
    const copy = new URL('copy.m3u8', url)
    const begun = await textOf(copy)
    expect(begun).not.toContain('#EXT-X-ENDLIST')
    const chunk = await fetch(new URL('copy-0000.mp4', url), { headers: { range: 'bytes=0-99' } })
    expect(chunk.status).toBe(206)

    await laterChunks.open()
    await until(long, (progress) => rendition(progress, 'copy')?.state === 'ready')
    const whole = await textOf(copy)
    expect(growthFaults(begun, whole)).toEqual([])
    expect(whole).toContain('#EXT-X-ENDLIST')
  })

  it('the proxy of the long one follows for its viewer, and no percentage goes back', async () => {
    const before = await progressOf(long)
    expect(before).toMatchObject({ state: 'rendering', percent: 100 })
    expect(rendition(before, 'proxy')).toMatchObject({ state: 'rendering', finished: 1 })
    await proxies.open()
    await scene.until(long, 'ready')
    expect(await progressOf(long)).toMatchObject({
      percent: 100,
      renditions: [{ percent: 100 }, { percent: 100 }],
    })
    expect(await textOf((await openPlayback(long)).url)).toContain('proxy.m3u8')
  })
})
