import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { samplePeople } from '../../infra/local/sample-people.ts'
import { findMediaTools } from '../../shared/media/running/tools.ts'
import { SEGMENT_SECONDS } from '../../shared/media/segments.ts'
import { gateFfmpeg, LATER_CHUNKS } from '../gated-ffmpeg.ts'
import { growthFaults, mediaPlaylistFaults } from '../hls/media-playlist-faults.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Scene, securedId } from '../scene.ts'
import { findChromium, launchChromium } from './chromium.ts'
import { BORDER_SECONDS, CHUNKS, makeLongRecording, RECORDING_SECONDS } from './long-recording.ts'
import { openPlayerPage, type PlayerPage } from './player-page.ts'
import { type Exchange, tapWire, type Wire } from './wire.ts'

const chromium = findChromium()

/** In Camden, NPPV3. */
const VIEWER = 'Asha Rahman'
const COPY = 'stream copy of the master'
const PROXY = 'proxy, not for examination'
/** Pictures of the recording are this far apart. */
const PICTURE_SECONDS = 0.1
/** The player asks for nothing more when it has this much. */
const READ_AHEAD_SECONDS = 30
/** How long a player may take for anything on a busy machine. */
const soon = { timeout: 30_000, interval: 100 }

vi.setConfig({ testTimeout: 45_000 })

describe.runIf(chromium)('a recording in a browser', () => {
  const stack = new AsyncDisposableStack()
  let scene: Scene
  let wire: Wire
  let browser: Browser
  let id: string
  let openGate: () => Promise<void>
  let page: PlayerPage
  let playbackUrl: string
  /** The playlists as they were when only one chunk was there. */
  const growing = new Map<string, string>()

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-browser-'))
    stack.defer(() => rm(folder, { recursive: true, force: true }))
    const tools = await findMediaTools({ searchPath: process.env.PATH })
    const file = await makeLongRecording(tools, folder)
    const gated = await gateFfmpeg(tools.ffmpeg, folder, LATER_CHUNKS)
    openGate = gated.open
    const settings = { FFMPEG_PATH: gated.ffmpeg, FFPROBE_PATH: tools.ffprobe }
    scene = stack.use(await openScene({ settings }))
    wire = stack.use(await tapWire())
    browser = await launchChromium(chromium ?? '', wire.url)
    stack.defer(() => browser.close())
    id = securedId(await scene.dock({ file, durationSeconds: RECORDING_SECONDS }))
    playbackUrl = await openPlayback()
    page = await openPlayerPage(browser, scene.system.player.playerUrl(playbackUrl))
    for (const kind of ['copy', 'proxy']) growing.set(kind, await playlistOf(kind))
  }, PIPELINE_LIMIT_MS)

  afterAll(() => stack.disposeAsync())

  /** Opens a playback as soon as both renditions have begun. */
  function openPlayback(): Promise<string> {
    const reason = { reason: 'collision at Camden Road' }
    return vi.waitFor(async () => {
      const reply = await scene.as(VIEWER, 'POST', `/footage/${id}/playback`, reason)
      expect(reply.status, reply.text).toBe(201)
      const opened = reply.json() as { url: string }
      expect(await (await fetch(opened.url)).text()).toContain('proxy.m3u8')
      return opened.url
    }, soon)
  }

  const playlistOf = async (kind: string) =>
    (await fetch(new URL(`${kind}.m3u8`, playbackUrl))).text()

  async function sizeOf(file: string): Promise<number> {
    const reply = await fetch(new URL(file, playbackUrl), { headers: { range: 'bytes=0-0' } })
    return Number(reply.headers.get('content-range')?.split('/')[1])
  }

  const watching = () => page.locator('#watching').textContent()
  const playedTo = (seconds: number) =>
    expect.poll(async () => (await page.state()).time, soon).toBeGreaterThan(seconds)

  const bytesOf = (file: RegExp): Exchange[] =>
    wire.exchanges.filter(
      ({ url }) => url.pathname.startsWith(`${STORAGE_PATH}/`) && file.test(url.pathname),
    )

  it('plays from its start while the rest is still rendered', async () => {
    await playedTo(1)
    expect(await page.playlist()).toEqual({
      live: true,
      seconds: expect.closeTo(BORDER_SECONDS, 0),
    })
    const { played } = await page.state()
    expect(played).toHaveLength(1)
    expect(played[0]?.[0]).toBeLessThan(2 * PICTURE_SECONDS)
  })

  it('grows in the open player until it is whole', async () => {
    await openGate()
    await scene.until(id, 'ready')
    await expect
      .poll(() => page.playlist(), soon)
      .toEqual({ live: false, seconds: expect.closeTo(RECORDING_SECONDS, 0) })
  })

  it('says what one watches, and changes it', async () => {
    for (const name of [PROXY, COPY]) {
      await page.locator('#quality').selectOption({ label: name })
      await expect.poll(watching, soon).toBe(name)
    }
    expect(bytesOf(/\.proxy\.mp4$/).length).toBeGreaterThan(0)
  })

  it('plays through the border of two chunks without a gap', async () => {
    const [from, to] = [BORDER_SECONDS - 3, BORDER_SECONDS + 3]
    await page.pause()
    await page.seek(from)
    // One range: what is read ahead has no hole.
    await expect.poll(() => aheadOf(page), soon).toBeGreaterThan(READ_AHEAD_SECONDS)
    const before = await page.state()
    const hiccups = await page.hiccups()

    await page.play(2)
    await playedTo(to)
    await page.play(1)
    const after = await page.state()
    expect(after.size).toEqual([320, 180])
    const pictures = (after.time - before.time) / PICTURE_SECONDS
    expect(after.pictures - before.pictures).toBeGreaterThan(0.9 * pictures)
    expect(after.played.some(([begin, end]) => begin <= from && end >= to)).toBe(true)
    expect(await page.hiccups()).toEqual(hiccups)
  })

  it('is sought across the border, back and forth', async () => {
    for (const moment of [40.25, 170.75, BORDER_SECONDS - 0.05, BORDER_SECONDS, 0]) {
      const shown = await page.seek(moment)
      expect(Math.abs(shown - moment)).toBeLessThan(2 * PICTURE_SECONDS)
    }
  })

  it('shows what is where on the seek bar', async () => {
    await page.locator('#seek').hover({ position: { x: 300, y: 5 } })
    await expect.poll(() => page.locator('#preview').isVisible(), soon).toBe(true)
    await expect.poll(() => bytesOf(/storyboard/).map(({ status }) => status), soon).toEqual([200])
  })

  it('had no hole to jump over, and nothing broke', async () => {
    // A flushed buffer or a busy machine may let it wait.
    const waits = /^bufferStalledError/
    expect((await page.hiccups()).filter((hiccup) => !waits.test(hiccup))).toEqual([])
    expect(page.errors).toEqual([])
  })

  it('reads storage by simple byte ranges, without a name and without a question', () => {
    const reads = bytesOf(/\.mp4$/)
    expect(reads.length).toBeGreaterThan(20)
    for (const { method, status, headers, answerHeaders } of reads) {
      expect({ method, status, origin: headers.origin }).toEqual({
        method: 'GET',
        status: 206,
        origin: 'null',
      })
      expect(headers.range).toMatch(/^bytes=\d+-\d+$/)
      expect(answerHeaders['access-control-allow-origin']).toBe('*')
    }
    for (const { method, headers } of wire.exchanges) {
      expect(method).toBe('GET')
      expect(headers).not.toHaveProperty('authorization')
      expect(headers).not.toHaveProperty('cookie')
    }
  })

  it('is described by playlists that conform to RFC 8216, and only grew', async () => {
    for (const kind of ['copy', 'proxy']) {
      const whole = await playlistOf(kind)
      const files = new Set(whole.match(/^[^#].*$/gm))
      const sizes = await Promise.all([...files].map(async (f) => [f, await sizeOf(f)] as const))
      expect(files.size).toBe(CHUNKS)
      expect(mediaPlaylistFaults(whole, new Map(sizes))).toEqual([])
      expect(growthFaults(growing.get(kind) ?? '', whole)).toEqual([])
    }
  })

  it('is closed once the vetting is withdrawn, and the page says so', async () => {
    await page.close()
    page = await openPlayerPage(browser, scene.system.player.playerUrl(await openPlayback()))
    await page.pause()
    // Then it reads no further ahead.
    await expect.poll(() => aheadOf(page), soon).toBeGreaterThan(READ_AHEAD_SECONDS)
    expect(await aheadOf(page)).toBeLessThan(READ_AHEAD_SECONDS + 2 * SEGMENT_SECONDS)

    await setVetting(scene, VIEWER, 'withdrawn')
    const released = bytesOf(/./).length
    await page.startSeeking(RECORDING_SECONDS - 10)
    await expect
      .poll(() => page.locator('#trouble').textContent(), soon)
      .toBe('You hold no vetting any more that is valid and enough for this recording.')
    expect(await watching()).toBe('nothing any more')
    expect((await page.state()).readyState).toBe(0)
    expect(bytesOf(/./).slice(released)).toEqual([])
    expect(wire.exchanges.at(-1)?.status).toBe(403)
    await setVetting(scene, VIEWER, 'current')
  })

  it('is closed by those in charge while it plays, and the page says so', async () => {
    await page.close()
    playbackUrl = await openPlayback()
    page = await openPlayerPage(browser, scene.system.player.playerUrl(playbackUrl))
    await playedTo(1)
    const reason = { reason: 'the wrong recording' }
    const manager = personWith('EvidenceManager')
    const ended = await scene.as(manager, 'DELETE', `/footage/${id}/playback`, reason)
    expect(ended.json()).toEqual({ ended: expect.any(Number) })
    // It plays on from what it has, and asks for more soon enough.
    await page.play(8)
    await expect
      .poll(() => page.locator('#trouble').textContent(), soon)
      .toContain('ended by someone in charge')
    expect((await page.state()).readyState).toBe(0)
    expect(wire.exchanges.at(-1)?.status).toBe(410)
  })

  it('is closed by its viewer with the last that a page can send', async () => {
    await page.close()
    playbackUrl = await openPlayback()
    page = await openPlayerPage(browser, scene.system.player.playerUrl(playbackUrl))
    await page.locator('#close').click()
    await expect
      .poll(() => page.locator('#trouble').textContent(), soon)
      .toBe('You have closed this viewing.')
    const beacons = () => wire.exchanges.filter(({ method }) => method === 'POST')
    await expect.poll(() => beacons().map(({ status }) => status), soon).toEqual([204])
    expect((await fetch(playbackUrl)).status).toBe(410)
    const trail = await scene.as(personWith('Auditor'), 'GET', `/footage/${id}/audit`)
    const { items } = trail.json() as { items: { action: string; detail: object }[] }
    expect(items.findLast(({ action }) => action === 'playback-closed')).toMatchObject({
      detail: { because: 'closed', copy: expect.stringMatching(/^0-/) },
    })
  })
})

const STORAGE_PATH = '/devstoreaccount1'

/** How much can be played from here on without a gap. */
async function aheadOf(page: PlayerPage): Promise<number> {
  const { time, buffered } = await page.state()
  const [, end] = buffered.find(([from, to]) => from <= time && time < to) ?? []
  return end === undefined ? 0 : end - time
}

async function setVetting(
  scene: Scene,
  name: string,
  status: 'current' | 'withdrawn',
): Promise<void> {
  const administrator = personWith('Administrator')
  const at = `/people/${samplePeople.find((person) => person.name === name)?.oid}`
  const before = await scene.as(administrator, 'GET', at)
  const entry = before.json() as { vetting: object[] }
  const vetting = entry.vetting.map((one) => ({ ...one, status }))
  const ifMatch = { 'if-match': before.headers.get('etag') ?? '' }
  const put = await scene.as(
    administrator,
    'PUT',
    at,
    { ...entry, vetting, reason: 'vetting' },
    ifMatch,
  )
  expect(put.status, put.text).toBe(200)
}
