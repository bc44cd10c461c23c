import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMediaTools, type MediaTools } from '../../shared/media/running/tools.ts'
import {
  openScene,
  PIPELINE_LIMIT_MS,
  personWith,
  type Scene,
  STREET,
  securedId,
} from '../scene.ts'

const run = promisify(execFile)

/** In Camden, NPPV3. */
const CLEARED = 'Asha Rahman'
const AUDITOR = personWith('Auditor')
const REASON = { reason: 'collision at Camden Road, statement of the driver' }

type Opened = {
  url: string
  storyboardUrl: string
  renditions: { kind: string; statement: string }[]
}
type Entry = {
  action: string
  actor: string
  reason: string | null
  detail: Record<string, unknown>
}

describe('a recording on its way from the dock to an investigator', () => {
  let scene: Scene
  let tools: MediaTools
  let id: string

  beforeAll(async () => {
    scene = await openScene()
    tools = await findMediaTools({ searchPath: process.env.PATH })
    id = securedId(
      await scene.dock({
        file: STREET,
        sequence: 7,
        deviceClockOffsetSeconds: -90,
        references: [{ type: 'incident', value: 'cad 1234/23nov26' }],
      }),
    )
    await scene.until(id, 'ready')
  }, PIPELINE_LIMIT_MS)

  afterAll(() => scene[Symbol.asyncDispose]())

  const get = async <T>(person: string, path: string): Promise<T> => {
    const reply = await scene.as(person, 'GET', path)
    expect(reply.status, reply.text).toBe(200)
    return reply.json() as T
  }

  it('is found by borough, officer, camera and reference, however that is typed', async () => {
    for (const query of [
      'borough=camden',
      'officer=P214567',
      'camera=VB4-000123',
      'reference=incident:CAD%201234/23NOV26',
      'reference=incident:cad%20%201234/23nov26&state=ready',
    ]) {
      const { items } = await get<{ items: { id: string }[] }>(CLEARED, `/footage?${query}`)
      expect(items.map((item) => item.id)).toEqual([id])
    }
  })

  it('keeps the times of device, dock and service, and the correction beside them', async () => {
    const { clock } = await get<{ clock: Record<string, string & number> }>(
      CLEARED,
      `/footage/${id}`,
    )
    expect(clock.deviceBehindDockMs).toBe(90_000)
    const corrected = Date.parse(String(clock.recordedAt))
    const claimed = Date.parse(String(clock.recordingStartedAt))
    expect(corrected - claimed).toBe(90_000 + Number(clock.dockBehindServerMs))
  })

  it('plays every picture in full quality and as proxy, and says which is which', async () => {
    const reply = await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, REASON)
    const opened = reply.json() as Opened
    expect(opened.renditions).toEqual([
      { kind: 'copy', state: 'ready', statement: 'stream copy of the master' },
      { kind: 'proxy', state: 'ready', statement: 'proxy, not for examination' },
    ])
    for (const kind of ['copy', 'proxy']) {
      const { stdout } = await run(tools.ffprobe, [
        ...['-v', 'error', '-count_packets', '-select_streams', 'v:0'],
        ...['-show_entries', 'stream=nb_read_packets', '-of', 'default=nk=1:nw=1'],
        opened.url.replace('master', kind),
      ])
      expect(stdout.trim().split('\n')[0]).toBe('377')
    }
    const close = await fetch(new URL('close', opened.url), { method: 'POST' })
    expect(close.status).toBe(204)
    expect((await fetch(opened.url)).status).toBe(410)
  })

  it('shows the bytes of the master in the copy: the same packets', async () => {
    const reply = await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, REASON)
    const copy = (reply.json() as Opened).url.replace('master', 'copy')
    const packets = async (input: string) => {
      const hash = [
        '-v',
        'error',
        '-i',
        input,
        '-map',
        '0:v:0',
        '-c',
        'copy',
        '-f',
        'streamhash',
        '-',
      ]
      return (await run(tools.ffmpeg, hash)).stdout
    }
    expect(await packets(copy)).toBe(await packets(STREET))
  })

  it('proves the descent of what is played, and again on demand', async () => {
    type Chunk = {
      sourceSha256: string
      tool: { version: string; arguments: string[] }
      descent: object | null
    }
    const { original, renditions, storyboard, poster } = await get<{
      original: { sha256: string }
      storyboard: object[]
      poster: object
      renditions: { kind: string; chunks: Chunk[] }[]
    }>(CLEARED, `/footage/${id}/provenance`)
    for (const { kind, chunks } of renditions) {
      expect(chunks).toHaveLength(1)
      expect(chunks[0]?.descent).toEqual(kind === 'copy' ? { form: 'raw', packets: 377 } : null)
      expect(chunks[0]?.sourceSha256).toBe(original.sha256)
      expect(chunks[0]?.tool.version).toBe(tools.version)
      expect(chunks[0]?.tool.arguments.join(' ')).not.toMatch(/127\.0\.0\.1|\/tmp/)
    }
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
    const made = { sourceSha256: original.sha256, tool: { version: tools.version } }
    expect(storyboard).toMatchObject([{ chunk: 0, ...made, output: { sha256: hash } }])
    expect(poster).toMatchObject({ ...made, sha256: hash })
    expect(JSON.stringify(poster)).not.toMatch(/127\.0\.0\.1|\/tmp/)
    expect(await get(CLEARED, `/footage/${id}/provenance?check=0`)).toMatchObject({
      fileUnchanged: true,
      packetsAreTheOriginals: true,
      found: { video: { packets: 377 } },
    })
    const everybodys = ['-map', '0:v:0', '-c', 'copy', '-f', 'hash', '-hash', 'sha256', '-']
    const { stdout } = await run(tools.ffmpeg, ['-v', 'error', '-i', STREET, ...everybodys])
    const sha256 = stdout.trim().split('=')[1]?.toLowerCase()
    expect(await get(CLEARED, `/footage/${id}/provenance?check=all`)).toMatchObject({
      ...{ chunks: 1, changedFiles: [], packetsAreTheOriginals: true, form: 'raw' },
      ...{ copy: { packets: 377, sha256 }, original: { sha256 } },
    })
  })

  it('has a poster, and a storyboard whose tiles lie on its sheets', async () => {
    const poster = await scene.as(CLEARED, 'GET', `/footage/${id}/poster`)
    expect(poster.status).toBe(302)
    const picture = await fetch(poster.headers.get('location') ?? '')
    expect(picture.headers.get('content-type')).toBe('image/jpeg')

    const reply = await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, REASON)
    const { storyboardUrl } = reply.json() as Opened
    const track = await (await fetch(storyboardUrl)).text()
    const [sheet = ''] = /storyboard-\d{4}\.jpg/.exec(track) ?? []
    const tiles = await fetch(new URL(sheet, storyboardUrl))
    expect(tiles.headers.get('content-type')).toBe('image/jpeg')
  })

  it('hands out the original byte for byte', async () => {
    const taken = await scene.as(CLEARED, 'POST', `/footage/${id}/original`, REASON)
    const { url, sha256 } = taken.json() as { url: string; sha256: string }
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
    expect(bytes.equals(await readFile(STREET))).toBe(true)
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  it.each([
    ['an investigator of another borough', 'Grace Adeyemi'],
    ['one whose vetting has run out', 'Tom Brennan'],
    ['one with national security vetting alone', 'Ruth Kessler'],
  ])('is to %s as if it did not exist', async (_, name) => {
    const nothing = '01890a5d-ac96-774b-bcce-b302099a8057'
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '/poster'],
      ['GET', '/progress'],
      ['POST', '/playback'],
      ['POST', '/original'],
    ] as const) {
      const body = method === 'POST' ? REASON : undefined
      const refused = await scene.as(name, method, `/footage/${id}${rest}`, body)
      const missing = await scene.as(name, method, `/footage/${nothing}${rest}`, body)
      expect([refused.status, refused.text]).toEqual([404, missing.text])
    }
    const list = await scene.as(name, 'GET', '/footage?borough=camden')
    expect(list.json()).toEqual({ items: [], next: null })
  })

  it('is not played without a reason, nor by a ticket that was tampered with', async () => {
    const silent = await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, {})
    expect(silent.status).toBe(400)
    expect(silent.json()).toMatchObject({ errors: [{ field: 'reason' }] })

    const reply = await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, REASON)
    const { url } = reply.json() as Opened
    const forged = url.replace(/.(\/master)/, (end) => (end[0] === 'A' ? 'B' : 'A') + end.slice(1))
    expect((await fetch(forged)).status).toBe(404)
  })

  it('is closed to a running player as soon as the vetting is withdrawn', async () => {
    const reply = await scene.as(CLEARED, 'POST', `/footage/${id}/playback`, REASON)
    const chunk = (reply.json() as Opened).url.replace('master.m3u8', 'copy-0000.mp4')
    expect((await fetch(chunk, { redirect: 'manual' })).status).toBe(302)

    const administrator = personWith('Administrator')
    const oid = await oidOf(scene, CLEARED)
    const before = await scene.as(administrator, 'GET', `/people/${oid}`)
    const etag = before.headers.get('etag') ?? ''
    const entry = before.json() as { vetting: object[] }
    const withdrawn = {
      ...entry,
      vetting: entry.vetting.map((v) => ({ ...v, status: 'withdrawn' })),
    }
    const change = (entry: object, ifMatch: string) =>
      scene.as(
        administrator,
        'PUT',
        `/people/${oid}`,
        { ...entry, ...REASON },
        { 'if-match': ifMatch },
      )
    const put = await change(withdrawn, etag)
    expect(put.status).toBe(200)
    const refused = await fetch(chunk, { redirect: 'manual' })
    expect(refused.status).toBe(403)
    expect(await refused.json()).toMatchObject({
      type: 'urn:bluelamp:problem:playback-refused',
      detail: expect.stringContaining('vetting'),
    })

    const restored = await change(entry, put.headers.get('etag') ?? '')
    expect(restored.status).toBe(200)
  })

  it('has an audit trail that is whole and names each release, once', async () => {
    const { items } = await get<{ items: Entry[] }>(AUDITOR, `/footage/${id}/audit`)
    expect(items[0]).toMatchObject({ action: 'footage-secured', actor: 'service' })
    expect(items.filter(({ action }) => action === 'footage-secured')).toHaveLength(1)
    expect(items.find(({ action }) => action === 'original-taken')).toMatchObject(REASON)
    const closed = items.filter(({ action }) => action === 'playback-closed')
    expect(closed.map(({ detail }) => detail)).toEqual([
      expect.objectContaining({ because: 'closed', copy: '0-31', proxy: '0-31' }),
    ])
    expect(await get(AUDITOR, `/footage/${id}/audit/verify`)).toMatchObject({ whole: true })
  })

  it('was told of: secured and ready', () => {
    // At least once: who listens knows a repeated event by its id.
    const told = new Map(
      scene.system.eventGrid
        .recentEvents()
        .map((event) => [event.id, 'eventType' in event ? event.eventType : '']),
    )
    expect([...told.values()]).toEqual(['Bluelamp.FootageSecured', 'Bluelamp.FootageReady'])
  })

  it('raised no complaint on its way', () => expect(scene.complaints).toEqual([]))
})

/** The `oid` that a person's token carries. */
async function oidOf(scene: Scene, name: string): Promise<string> {
  const token = await scene.system.issuer.tokenFor(name)
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    oid: string
  }
  return claims.oid
}
