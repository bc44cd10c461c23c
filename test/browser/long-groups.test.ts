import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findMediaTools, type MediaTools } from '../../shared/media/running/tools.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Scene, securedId } from '../scene.ts'
import { findChromium, launchChromium } from './chromium.ts'
import { openPlayerPage, type PlayerPage } from './player-page.ts'
import { tapWire } from './wire.ts'

const run = promisify(execFile)
const chromium = findChromium()
/** Pictures a second. */
const RATE = 2
/** How long a player may take for anything on a busy machine. */
const soon = { timeout: 30_000, interval: 100 }

vi.setConfig({ testTimeout: 45_000 })

describe.runIf(chromium)('a recording whose keyframes are far apart, in a browser', () => {
  const stack = new AsyncDisposableStack()
  let scene: Scene
  let tools: MediaTools
  let folder: string
  let browser: Browser

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-browser-'))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    tools = await findMediaTools({ searchPath: process.env.PATH })
    scene = stack.use(await openScene())
    const wire = stack.use(await tapWire())
    browser = await launchChromium(chromium ?? '', wire.url)
    stack.defer(() => browser.close())
  }, PIPELINE_LIMIT_MS)
  afterAll(() => stack.disposeAsync())

  /** Docks a recording with a keyframe every so often, and plays its copy. */
  async function open(sequence: number, seconds: number, apartSeconds: number) {
    const file = path.join(folder, `${sequence}.mp4`)
    await run(tools.ffmpeg, [
      ...['-v', 'error', '-nostdin'],
      ...['-f', 'lavfi', '-i', `testsrc2=s=160x90:r=${RATE}:d=${seconds}`],
      ...['-f', 'lavfi', '-i', `sine=440:r=16000:d=${seconds}`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-sc_threshold', '0'],
      ...['-g', `${RATE * apartSeconds}`, '-c:a', 'aac', '-b:a', '32k', file],
    ])
    const id = securedId(await scene.dock({ file, sequence, durationSeconds: seconds }))
    await scene.until(id, 'ready')
    const viewer = personWith('EvidenceManager')
    const reason = { reason: 'a collision' }
    const opened = await scene.as(viewer, 'POST', `/footage/${id}/playback`, reason)
    const { url, note } = opened.json() as { url: string; note?: string }
    const page = await openPlayerPage(browser, scene.system.player.playerUrl(url))
    stack.defer(() => page.close())
    return { page, note, playlist: await (await fetch(new URL('copy.m3u8', url))).text() }
  }
  const playsOn = async (page: PlayerPage) => {
    const { time } = await page.state()
    await expect.poll(async () => (await page.state()).time, soon).toBeGreaterThan(time + 0.5)
  }

  it('plays and is sought anywhere where they are up to a minute apart', async () => {
    const { page, playlist } = await open(1, 150, 50)
    expect(playlist.match(/#EXTINF:.*/g)).toEqual(Array(3).fill('#EXTINF:50.000000,'))
    await page.locator('#quality').selectOption({ label: 'stream copy of the master' })
    for (const moment of [120, 20, 49.5]) {
      const shown = await page.seek(moment)
      expect(Math.abs(shown - moment)).toBeLessThan(2 / RATE)
      await playsOn(page)
    }
    expect(await page.hiccups()).toEqual([])
    expect(page.errors).toEqual([])
  })

  it('plays from its start, and begins there again when sent too far', async () => {
    const { page, note } = await open(2, 1320, 9999)
    expect(note).toMatch(/no proxy .* 22 minutes .* jump only to what they have loaded/)
    await playsOn(page)
    expect(Math.abs((await page.seek(10)) - 10)).toBeLessThan(2 / RATE)
    await page.startSeeking(1000)
    const time = async () => (await page.state().catch(() => null))?.time ?? 0
    await expect.poll(time, soon).toBeLessThan(100)
    await expect.poll(time, soon).toBeGreaterThan(1)
    // It does not ask for the same again and again.
    expect(await page.hiccups()).toEqual([])
    expect(page.errors).toEqual([])
  })
})
