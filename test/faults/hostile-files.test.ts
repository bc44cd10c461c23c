import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Listening, listenOnLoopback } from '../../infra/local/loopback.ts'
import { sampleDocks } from '../../infra/local/sample-people.ts'
import { findMediaTools } from '../../shared/media/running/tools.ts'
import { box, boxAt, u32 } from '../contract/media/hostile/forge.ts'
import { processes } from '../processes.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Scene, STREET } from '../scene.ts'

const run = promisify(execFile)
const CLI = path.join(import.meta.dirname, '../../infra/local/docking-station/cli.ts')

const stack = new AsyncDisposableStack()
let scene: Scene
let cards: string
let scratch: string
/** Whom playlists name, and how often somebody came. */
let trap: Listening
let caught = 0
/** What playlists name on this machine. Whoever opens it waits for ever: nobody writes (fifo(7)). */
let canary: string

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-hostile-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['cards', 'scratch']) await mkdir(path.join(folder, name))
  cards = path.join(folder, 'cards')
  scratch = path.join(folder, 'scratch')
  canary = path.join(folder, 'canary')
  await run('mkfifo', [canary])
  const server = createServer((_, response) => void response.end(`${++caught}`))
  trap = await listenOnLoopback(server, 0, 'The trap')
  stack.defer(trap.close)
  scene = stack.use(await openScene({ settings: { TMPDIR: scratch } }))
}, PIPELINE_LIMIT_MS)
afterAll(() => stack.disposeAsync())

/** Hostile by name and by content, and what becomes of each. */
async function hostileFiles(): Promise<Record<string, { bytes: Buffer; reason: string | null }>> {
  const playlist = `#EXTM3U\n#EXTINF:1,\n${trap.origin}/a.ts\n#EXTINF:1,\nfile://${canary}\n`
  const street = await readFile(STREET)
  const bomb = box('cmvd', u32(0xfffffff0), deflateSync(Buffer.alloc(50 * 1024 * 1024)))
  const compressed = box('cmov', box('dcom', Buffer.from('zlib')), bomb)
  const forged = Buffer.from(street)
  // The number of samples, ISO/IEC 14496-12 §8.7.3.2: after version, flags and size.
  forged.writeUInt32BE(0xfffffff0, boxAt(forged, 'stsz') + 16)
  return {
    '-rf $(touch x).mp4': { bytes: Buffer.from(playlist), reason: 'disguised' },
    '-i concat:.mp4': {
      bytes: Buffer.from(`ffconcat version 1.0\nfile '${canary}'\n`),
      reason: 'disguised',
    },
    '--subfile,,start,0,end,9,,:x.mp4': {
      bytes: Buffer.concat([box('ftyp', Buffer.from('mp42')), Buffer.from(playlist)]),
      reason: 'damaged',
    },
    // Cut off in the middle: what is there plays.
    '; touch y;.mp4': { bytes: street.subarray(0, street.length / 2), reason: null },
    'first\nsecond.mov': {
      bytes: Buffer.concat([box('ftyp', Buffer.from('qt  ')), box('moov', compressed)]),
      reason: 'damaged',
    },
    '%s%n%d.mp4': { bytes: forged, reason: 'damaged' },
    'wma`id`.avi': { bytes: await oddSound(), reason: null },
    'Zeugin „Ü“ \u202e4pm.\u{1f6a8}.mp4': { bytes: street, reason: null },
  }
}

/** Sound that is not decoded here, in a picture that is. */
async function oddSound(): Promise<Buffer> {
  const tools = await findMediaTools({ searchPath: process.env.PATH })
  const file = path.join(cards, '../odd.avi')
  await run(tools.ffmpeg, [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=10:d=2'],
    ...['-f', 'lavfi', '-i', 'sine=440:r=48000:d=2', '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-pix_fmt', 'yuv420p', '-bf', '0', '-c:a', 'wmav2', file],
  ])
  return readFile(file)
}

it(
  'hostile files are kept, judged and harm nothing, whatever they are called',
  async () => {
    const files = await hostileFiles()
    const names = Object.keys(files)
    for (const [name, { bytes }] of Object.entries(files))
      await writeFile(path.join(cards, name), bytes)
    const workers = [...(scene.system.host?.workers ?? [])]

    const { code, outcomes } = await dock(names)
    expect(code).toBe(0)
    expect(outcomes).toHaveLength(names.length)
    const ends: Record<string, string | null> = {}
    const ids: Record<string, string> = {}
    for (const [at, name] of names.entries()) {
      const { id, outcome, mayWipe } = outcomes[at] ?? { id: '' }
      ids[name] = id
      expect({ outcome, mayWipe }, name).toEqual({ outcome: 'secured', mayWipe: true })
      await scene.until(id, 'ready', 'unplayable')
      const seen = await scene.as(personWith('EvidenceManager'), 'GET', `/footage/${id}/progress`)
      const { unplayable } = seen.json() as { unplayable?: { reason: string } }
      ends[name] = unplayable?.reason ?? null
    }
    const expected = Object.entries(files).map(([name, { reason }]) => [name, reason])
    expect(ends).toEqual(Object.fromEntries(expected))

    await playsWithoutSound(ids['wma`id`.avi'] ?? '')
    await provesItsDescent(ids['wma`id`.avi'] ?? '', path.join(cards, 'wma`id`.avi'))

    expect(caught).toBe(0)
    expect(scene.system.host?.workers).toEqual(workers)
    // Posters may be made for a moment longer.
    await vi.waitFor(
      () => expect(processes().filter(({ parent }) => workers.includes(parent))).toEqual([]),
      PIPELINE_LIMIT_MS,
    )
    expect(await readdir(scratch)).toEqual([])
    expect((await readdir(cards)).toSorted()).toEqual(names.toSorted())
  },
  PIPELINE_LIMIT_MS,
)

/** Details and playback say what is not heard, and why. */
async function playsWithoutSound(id: string): Promise<void> {
  const note =
    'It plays without sound. Not played, but kept in the original: track 2, sound coded as wmav2, which is not decoded here.'
  const manager = personWith('EvidenceManager')
  const detail = await scene.as(manager, 'GET', `/footage/${id}`)
  expect(detail.json()).toMatchObject({ media: { audio: null, video: { codec: 'h264' }, note } })
  const reason = { reason: 'a review' }
  const playback = await scene.as(manager, 'POST', `/footage/${id}/playback`, reason)
  expect(playback.json()).toMatchObject({ note })
}

/** The picture is the original's all the same, and whoever has the original finds so too. */
async function provesItsDescent(id: string, original: string): Promise<void> {
  const manager = personWith('EvidenceManager')
  const checked = async (what: string) =>
    (await scene.as(manager, 'GET', `/footage/${id}/provenance?check=${what}`)).json()
  expect(await checked('0')).toMatchObject({ fileUnchanged: true, packetsAreTheOriginals: true })
  const whole = (await checked('all')) as { repeatWith: string; original: { sha256: string } }
  expect(whole).toMatchObject({
    ...{ changedFiles: [], packetsAreTheOriginals: true, form: 'annex-b' },
    copy: { packets: 20, sha256: whole.original.sha256 },
  })
  const [program = '', ...words] = whole.repeatWith.split(' ')
  const args = words.map((word) => (word === 'ORIGINAL' ? original : word))
  const { stdout } = await run(program, ['-v', 'error', ...args])
  expect(stdout.trim().toLowerCase()).toBe(`sha256=${whole.original.sha256}`)
}

type Outcome = { id: string; outcome: string; mayWipe: boolean }

/** Docks files by their names, as one types them. */
async function dock(names: string[]): Promise<{ code: number; outcomes: Outcome[] }> {
  const [station] = sampleDocks
  const { tokenEndpoint, scope } = scene.system.issuer
  const flags = {
    ...{ api: scene.system.api, 'token-endpoint': tokenEndpoint, scope },
    ...{ 'client-id': station?.clientId, site: station?.site, duration: '30' },
    'state-dir': path.join(cards, '../state'),
  }
  const options = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, `${value}`])
  const child = spawn(
    process.execPath,
    [CLI, ...options, '--json', '--sequence', '1', '--', ...names],
    {
      cwd: cards,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { DOCK_CLIENT_SECRET: station?.secret },
    },
  )
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  const outcomes = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome)
  return { code: Number(code), outcomes }
}
