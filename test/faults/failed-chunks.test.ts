import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findMediaTools } from '../../shared/media/running/tools.ts'
import { expectNeverBack, followToEnd } from '../follow.ts'
import {
  type Gate,
  gateFfmpeg,
  LATER_CHUNKS,
  SABOTAGE,
  type Saboteur,
  sabotageFfmpeg,
} from '../gated-ffmpeg.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Scene, securedId } from '../scene.ts'

const run = promisify(execFile)
const MANAGER = personWith('EvidenceManager')
/** May watch what is still coming. */
const SUPERVISOR = personWith('Supervisor')
/** Two chunks, the second of which is made to fail. */
const SECONDS = 70

type Progress = {
  state: string
  playable: boolean
  renditions: { kind: string; state: string; chunks: number; finished: number }[]
  failures: { chunk: number; reason: string; abandoned: boolean }[]
}

vi.setConfig({ testTimeout: PIPELINE_LIMIT_MS })

describe('a chunk that cannot be rendered', () => {
  const stack = new AsyncDisposableStack()
  let scene: Scene
  let saboteur: Saboteur
  let gate: Gate
  let file: string

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-failed-chunks-'))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    const tools = await findMediaTools({ searchPath: process.env.PATH })
    file = path.join(folder, 'recording.mp4')
    await run(tools.ffmpeg, [
      ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=s=64x64:r=1:d=${SECONDS}`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '4', file],
    ])
    gate = await gateFfmpeg(tools.ffmpeg, folder, LATER_CHUNKS)
    saboteur = await sabotageFfmpeg(gate.ffmpeg, folder, LATER_CHUNKS)
    const settings = { FFMPEG_PATH: saboteur.ffmpeg, FFPROBE_PATH: tools.ffprobe }
    scene = stack.use(await openScene({ settings: { ...settings, RETRY_SCALE: '0' } }))
  }, PIPELINE_LIMIT_MS)
  afterAll(() => stack.disposeAsync())

  const progressOf = async (id: string): Promise<Progress> =>
    (await scene.as(MANAGER, 'GET', `/footage/${id}/progress`)).json() as Progress
  const playlistOf = async (id: string) => {
    const asked = await scene.as(SUPERVISOR, 'POST', `/footage/${id}/playback`, {
      reason: 'a review',
    })
    expect(asked.status, asked.text).toBe(201)
    const { url } = asked.json() as { url: string }
    return (await fetch(new URL('copy.m3u8', url))).text()
  }

  it('says why, is tried again, and what is rendered plays meanwhile', async () => {
    await saboteur.failNext(2)
    const id = securedId(await scene.dock({ file, sequence: 1, durationSeconds: SECONDS }))
    const following = followToEnd(scene, MANAGER, id)
    // The third attempt waits at the gate: what two failures have left can be looked at.
    await gate.waiting()
    await vi.waitFor(
      async () =>
        expect((await progressOf(id)).renditions).toMatchObject([{ finished: 1 }, { finished: 1 }]),
      PIPELINE_LIMIT_MS,
    )
    const failed = await progressOf(id)
    expect(failed).toMatchObject({
      state: 'rendering',
      playable: true,
      renditions: [{ kind: 'copy', state: 'rendering', chunks: 2, finished: 1 }, { finished: 1 }],
      failures: [{ chunk: 1, abandoned: false }],
    })
    expect(failed.failures[0]?.reason).toContain(SABOTAGE)
    expect(await playlistOf(id)).not.toContain('#EXT-X-ENDLIST')

    await gate.open()
    await scene.until(id, 'ready')
    const told = await following
    expectNeverBack(told)
    expect(told.some(({ failures }) => failures.length > 0)).toBe(true)
    expect(told.at(-1)).toMatchObject({ percent: 100, failures: [] })
    expect(await progressOf(id)).toMatchObject({
      renditions: [{ state: 'ready' }, { state: 'ready' }],
      failures: [],
    })
    expect(await playlistOf(id)).toContain('#EXT-X-ENDLIST')
  })

  it('five times is given up, and rendered all the same by a person’s word', async () => {
    await saboteur.failNext(5)
    const id = securedId(await scene.dock({ file, sequence: 2, durationSeconds: SECONDS }))
    // What plays is ready; what does not is said.
    await scene.until(id, 'ready')
    expect(await progressOf(id)).toMatchObject({
      playable: true,
      renditions: [
        { state: 'failed', finished: 1 },
        { state: 'failed', finished: 1 },
      ],
      failures: [{ chunk: 1, abandoned: true, reason: expect.stringContaining(SABOTAGE) }],
    })
    expect(scene.complaints.filter((line) => line.includes('work was given up'))).toHaveLength(1)

    const redriven = await scene.as(SUPERVISOR, 'POST', `/footage/${id}/renditions`)
    expect(redriven.status, redriven.text).toBe(202)
    await vi.waitFor(
      async () =>
        expect(await progressOf(id)).toMatchObject({
          state: 'ready',
          renditions: [{ state: 'ready' }, { state: 'ready' }],
          failures: [],
        }),
      PIPELINE_LIMIT_MS,
    )
    expect(await playlistOf(id)).toContain('#EXT-X-ENDLIST')
  })
})
