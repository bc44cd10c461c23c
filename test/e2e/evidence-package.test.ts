import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { findMediaTools, type MediaTools } from '../../shared/media/running/tools.ts'
import {
  openScene,
  PIPELINE_LIMIT_MS,
  personWith,
  type Scene,
  STREET,
  securedId,
} from '../scene.ts'
import { readZip } from '../unit/export/read-zip.ts'

const run = promisify(execFile)
const VERIFIER = path.resolve(import.meta.dirname, '../../infra/tools/verify-audit.ts')
const CLIP = path.resolve(import.meta.dirname, '../local/docking-station/three-seconds.mp4')
const CLEARED = 'Asha Rahman'
/** Why somebody looked at it who had another case in mind. */
const OTHER_CASE = 'Operation Linden: is the suspect in it?'
const REQUEST = {
  reason: 'R v Hale, file for the Crown Court',
  recipients: [
    {
      name: 'R. Osei',
      organisation: 'Crown Prosecution Service',
      capacity: 'prosecution',
      contact: 'r.osei@cps.example',
    },
  ],
  renditions: ['copy', 'proxy'],
}

type View = {
  package: string
  state: string
  percent: number
  url: string
  contentUrl: string
  made: { size: number; sha256: string; etag: string; fileName: string }
}

const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Somewhere in the middle: in the pictures, or in the signature. */
function flipMiddle(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const middle = Math.floor(copy.length / 2)
  copy.writeUInt8(copy.readUInt8(middle) ^ 0xff, middle)
  return copy
}
const replaced = (bytes: Buffer, pattern: RegExp, by: string): Buffer =>
  Buffer.from(String(bytes).replace(pattern, by))

describe('an evidence package', () => {
  let scene: Scene
  let folder: string
  let id: string
  let view: View
  let archive: Buffer
  let contents: Map<string, Buffer>
  let tools: MediaTools

  beforeAll(async () => {
    tools = await findMediaTools({ searchPath: process.env.PATH })
    // Nobody's timer anchors here: what the package needs it must see to itself.
    scene = await openScene({ settings: { ANCHOR_SCHEDULE: '0 0 0 1 1 *' } })
    folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-evidence-'))
    // Recordings before and after it share its anchor, so that there is a way up to the root.
    await scene.dock({ file: CLIP, sequence: 6, durationSeconds: 3 })
    id = securedId(await scene.dock({ file: STREET, sequence: 7, deviceClockOffsetSeconds: -90 }))
    await scene.dock({ file: CLIP, sequence: 8, durationSeconds: 3 })
    await scene.until(id, 'ready')
    const viewed = { reason: OTHER_CASE }
    expect((await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, viewed)).status).toBe(201)
    const asked = await scene.as(CLEARED, 'POST', `/footage/${id}/packages`, REQUEST)
    expect(asked.status, asked.text).toBe(202)
    view = await ready(asked.json() as View)
    archive = await fetched(view)
    contents = await readZip(archive)
    for (const [name, bytes] of contents) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true })
      await writeFile(path.join(folder, name), bytes)
    }
  }, PIPELINE_LIMIT_MS)

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const ready = ({ url }: View): Promise<View> =>
    vi.waitFor(
      async () => {
        const seen = (await scene.as(CLEARED, 'GET', url)).json() as View
        expect(seen.state).toBe('ready')
        return seen
      },
      { timeout: PIPELINE_LIMIT_MS, interval: 200 },
    )

  const trail = async () =>
    JSON.parse(await readFile(path.join(folder, 'audit/trail.json'), 'utf8')) as {
      items: { action: string }[]
    }

  const addressOf = async ({ contentUrl }: View, who = CLEARED): Promise<string> => {
    const released = await scene.as(who, 'GET', contentUrl)
    expect(released.status, released.text).toBe(302)
    return released.headers.get('location') ?? ''
  }
  const fetched = async (of: View, who = CLEARED): Promise<Buffer> =>
    Buffer.from(await (await fetch(await addressOf(of, who))).arrayBuffer())

  /** The commands of the instructions, as they stand. */
  const commands = async (): Promise<string[]> => {
    const instructions = await readFile(path.join(folder, 'CHECK.txt'), 'utf8')
    return [...instructions.matchAll(/^ {4}\$ (.+)$/gm)].map(([, command = '']) => command)
  }

  /** Runs them in the folder that they are about, up to the first that fails. */
  const firstFailure = async (): Promise<{ command: string; said: string } | null> => {
    const env = { PATH: `${path.dirname(tools.ffmpeg)}:${process.env.PATH}` }
    for (const command of await commands()) {
      const said = await run('sh', ['-c', command], { cwd: folder, env }).then(
        () => null,
        (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
      )
      if (said !== null) return { command, said }
    }
    return null
  }

  /** What fails while a file, and perhaps the list of digests, is other than it was packed. */
  const failureWith = async (altered: Record<string, Uint8Array>): Promise<string | undefined> => {
    for (const [name, bytes] of Object.entries(altered)) {
      await writeFile(path.join(folder, name), bytes)
    }
    try {
      return (await firstFailure())?.command
    } finally {
      for (const name of Object.keys(altered)) {
        await writeFile(path.join(folder, name), contents.get(name) ?? '')
      }
    }
  }

  it('is what its record says, and the same at every download', async () => {
    expect(sha256(archive)).toBe(view.made.sha256)
    expect(archive.length).toBe(view.made.size)
    expect((await fetched(view)).equals(archive)).toBe(true)
  })

  it('is fetched in ranges: a download that was cut off goes on from a new address', async () => {
    const half = Math.floor(archive.length / 2)
    const etag = view.made.etag
    const first = await fetch(await addressOf(view), { headers: { range: `bytes=0-${half - 1}` } })
    expect([first.status, first.headers.get('etag')]).toEqual([206, etag])
    const rest = await fetch(await addressOf(view), {
      headers: { range: `bytes=${half}-`, 'if-match': etag },
    })
    expect(rest.status).toBe(206)
    const joined = [await first.arrayBuffer(), await rest.arrayBuffer()].map((part) =>
      Buffer.from(part),
    )
    expect(Buffer.concat(joined).equals(archive)).toBe(true)
    const other = { range: `bytes=${half}-`, 'if-match': '"0x0"' }
    expect((await fetch(await addressOf(view), { headers: other })).status).toBe(412)
  })

  it('holds the original, the renditions, and what vouches for them', async () => {
    expect([...contents.keys()]).toEqual([
      `original/${id}.mp4`,
      'renditions/copy.mp4',
      'renditions/proxy.mp4',
      'README.txt',
      'CHECK.txt',
      'metadata.json',
      'provenance.json',
      'audit/trail.json',
      'audit/entries.jsonl',
      'audit/particulars.jsonl',
      'audit/anchor.json',
      'audit/anchored-head.json',
      'audit/proof/01-left.bin',
      'audit/proof/02-right.bin',
      'audit/anchor.tst',
      'audit/timestamp-authority.pem',
      'SHA256SUMS',
    ])
    const original = await readFile(path.join(folder, `original/${id}.mp4`))
    expect(original.equals(await readFile(STREET))).toBe(true)
  })

  it('has renditions that play from one file, every picture of them', async () => {
    for (const kind of ['copy', 'proxy']) {
      const { stdout } = await run(tools.ffprobe, [
        ...['-v', 'error', '-count_packets', '-select_streams', 'v:0', '-of', 'json'],
        ...['-show_entries', 'stream=nb_read_packets:format=duration'],
        path.join(folder, `renditions/${kind}.mp4`),
      ])
      const { streams, format } = JSON.parse(stdout) as {
        streams: { nb_read_packets: string }[]
        format: { duration: string }
      }
      expect(streams[0]?.nb_read_packets).toBe('377')
      // The index at the front says how long it is, before anything of it is read.
      expect(Number(format.duration)).toBeCloseTo(30.16, 1)
    }
  })

  it('says what each time is, and for whom it was made', async () => {
    const metadata = JSON.parse(await readFile(path.join(folder, 'metadata.json'), 'utf8'))
    expect(metadata).toMatchObject({
      footage: { id, clock: { deviceBehindDockMs: 90_000 } },
      package: { package: view.package, recipients: REQUEST.recipients },
      times: { 'clock.deviceAt': expect.stringContaining('camera') },
    })
    const readme = await readFile(path.join(folder, 'README.txt'), 'utf8')
    expect(readme).toContain('R. Osei, Crown Prosecution Service (prosecution)')
    expect(readme).toContain('proxy, not for examination')
  })

  it('has an audit trail whose last entry is about itself, anchored and timestamped', async () => {
    const { stdout } = await run(process.execPath, [
      VERIFIER,
      path.join(folder, 'audit/trail.json'),
      '--tsa-cert',
      path.join(folder, 'audit/timestamp-authority.pem'),
    ])
    expect(stdout).toMatch(/^WHOLE: /)
    expect(stdout).toContain('leads to one that you trust')
    expect(stdout).not.toContain('vouched for by their chain alone')
    const { items } = await trail()
    expect(items.at(-1)).toMatchObject({
      action: 'package-requested',
      processing: 'disclosure',
      reason: REQUEST.reason,
      detail: { package: view.package },
    })
  })

  it('says who looked at it, and why, to nobody whom that does not concern', async () => {
    const seen = (await trail()).items.find(({ action }) => action === 'playback-opened')
    expect(seen).toMatchObject({ processing: 'consultation', particulars: expect.any(String) })
    for (const [name, bytes] of contents) {
      if (name.startsWith('audit/')) expect(String(bytes), name).not.toContain(OTHER_CASE)
    }
    expect(String(contents.get('CHECK.txt'))).toMatch(/Of \d+ entries [1-9]\d* have an empty line/)
  })

  describe.runIf(hasOpenssl || process.env.CI)('by its own instructions', () => {
    it('is checked: files, original, chain, anchor, timestamp, pictures', async () => {
      const programs = (await commands()).flatMap((command) =>
        ['sha256sum --check', 'footage-secured', 'previous', 'told', 'anchored-head.json']
          .concat(['openssl ts', 'openssl x509', 'ffmpeg'])
          .filter((program) => command.includes(program)),
      )
      expect(new Set(programs).size).toBe(8)
      expect(await firstFailure()).toBeNull()
    })

    it('is found altered, whichever file it is', async () => {
      for (const [name, bytes] of contents) {
        // The instructions themselves go on saying what they say.
        const altered = Buffer.concat([bytes, Buffer.from('!')])
        expect(await failureWith({ [name]: altered }), name).toContain('SHA256SUMS')
      }
    })

    it.each<[name: string, alter: (bytes: Buffer) => Buffer, found: string]>([
      ['original', flipMiddle, 'footage-secured'],
      ['renditions/copy.mp4', flipMiddle, 'ffmpeg'],
      ['audit/entries.jsonl', (bytes) => replaced(bytes, /("at":")2/, '$11'), 'previous'],
      ['audit/particulars.jsonl', (bytes) => replaced(bytes, /Hale/, 'Dale'), 'told'],
      ['audit/entries.jsonl', (bytes) => replaced(bytes, /\n.*\n$/, '\n'), 'previous'],
      ['audit/anchored-head.json', (bytes) => replaced(bytes, /("sequence":)\d+/, '$10'), 'root'],
      ['audit/proof/01-left.bin', flipMiddle, 'root'],
      ['audit/anchor.json', (bytes) => replaced(bytes, /("at":")2/, '$11'), 'openssl ts -verify'],
      ['audit/anchor.tst', flipMiddle, 'openssl ts'],
    ])('is found altered with its list of digests: %s', async (file, alter, found) => {
      const name = file === 'original' ? `original/${id}.mp4` : file
      const bytes = alter(contents.get(name) ?? Buffer.alloc(0))
      const sums = String(contents.get('SHA256SUMS'))
      const forged = sums.replace(sha256(contents.get(name) ?? Buffer.alloc(0)), sha256(bytes))
      expect(forged).not.toBe(sums)
      const failed = await failureWith({ [name]: bytes, SHA256SUMS: Buffer.from(forged) })
      expect(failed).toContain(found)
      expect(failed).not.toContain('SHA256SUMS')
    })
  })

  it('is on record: asked for, made, and each release with its recipients', async () => {
    const reply = await scene.as(personWith('Auditor'), 'GET', `/footage/${id}/audit`)
    const { items } = reply.json() as {
      items: { action: string; processing: string; detail: Record<string, unknown> }[]
    }
    const of = (action: string) => items.filter((item) => item.action === action)
    expect(of('package-requested')).toHaveLength(1)
    expect(of('package-made')).toMatchObject([{ detail: { sha256: view.made.sha256 } }])
    expect(of('package-released').length).toBeGreaterThan(2)
    for (const entry of of('package-released')) {
      expect(entry).toMatchObject({
        processing: 'disclosure',
        detail: { recipients: 'R. Osei, Crown Prosecution Service (prosecution)' },
      })
    }
  })

  it(
    'has the whole trail for those who may verify it, and for nobody else',
    async () => {
      const whole = { ...REQUEST, trail: 'whole', renditions: [] }
      const refused = await scene.as(CLEARED, 'POST', `/footage/${id}/packages`, whole)
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('whole')])
      const manager = personWith('EvidenceManager')
      const asked = await scene.as(manager, 'POST', `/footage/${id}/packages`, whole)
      expect(asked.status, asked.text).toBe(202)
      const theirs = await ready(asked.json() as View)
      expect((await scene.as(CLEARED, 'GET', theirs.contentUrl)).status).toBe(403)
      const packed = await readZip(await fetched(theirs, manager))
      expect(String(packed.get('audit/particulars.jsonl'))).toContain(OTHER_CASE)
      expect(String(packed.get('CHECK.txt'))).not.toContain('withheld')
    },
    PIPELINE_LIMIT_MS,
  )

  it('raised no complaint on its way', () => expect(scene.complaints).toEqual([]))
})
