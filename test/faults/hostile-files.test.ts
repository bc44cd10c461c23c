import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { sampleDocks } from '../../infra/local/sample-people.ts'
import { box, boxAt, u32 } from '../contract/media/hostile/forge.ts'
import { processes } from '../processes.ts'
import { openScene, PIPELINE_LIMIT_MS, personWith, type Scene, STREET } from '../scene.ts'

const CLI = path.join(import.meta.dirname, '../../infra/local/docking-station/cli.ts')

const stack = new AsyncDisposableStack()
let scene: Scene
let cards: string
let scratch: string

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-hostile-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['cards', 'scratch']) await mkdir(path.join(folder, name))
  cards = path.join(folder, 'cards')
  scratch = path.join(folder, 'scratch')
  scene = stack.use(await openScene({ settings: { TMPDIR: scratch } }))
}, PIPELINE_LIMIT_MS)
afterAll(() => stack.disposeAsync())

/** Hostile by name and by content, and what becomes of each. */
async function hostileFiles(): Promise<Record<string, { bytes: Buffer; reason: string | null }>> {
  const street = await readFile(STREET)
  const bomb = box('cmvd', u32(0xfffffff0), deflateSync(Buffer.alloc(50 * 1024 * 1024)))
  const compressed = box('cmov', box('dcom', Buffer.from('zlib')), bomb)
  const forged = Buffer.from(street)
  // The number of samples, ISO/IEC 14496-12 §8.7.3.2: after version, flags and size.
  forged.writeUInt32BE(0xfffffff0, boxAt(forged, 'stsz') + 16)
  return {
    '-rf $(touch x).mp4': {
      bytes: Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'),
      reason: 'disguised',
    },
    // Cut off in the middle: what is there plays.
    '; touch y;.mp4': { bytes: street.subarray(0, street.length / 2), reason: null },
    'first\nsecond.mov': {
      bytes: Buffer.concat([box('ftyp', Buffer.from('qt  ')), box('moov', compressed)]),
      reason: 'damaged',
    },
    '%s%n%d.mp4': { bytes: forged, reason: 'damaged' },
    'Zeugin „Ü“ \u202e4pm.\u{1f6a8}.mp4': { bytes: street, reason: null },
  }
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
    for (const [at, name] of names.entries()) {
      const { id, outcome, mayWipe } = outcomes[at] ?? { id: '' }
      expect({ outcome, mayWipe }, name).toEqual({ outcome: 'secured', mayWipe: true })
      await scene.until(id, 'ready', 'unplayable')
      const seen = await scene.as(personWith('EvidenceManager'), 'GET', `/footage/${id}/progress`)
      const { unplayable } = seen.json() as { unplayable?: { reason: string } }
      ends[name] = unplayable?.reason ?? null
    }
    const expected = Object.entries(files).map(([name, { reason }]) => [name, reason])
    expect(ends).toEqual(Object.fromEntries(expected))

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
