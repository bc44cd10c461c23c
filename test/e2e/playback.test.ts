import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { BlobServiceClient } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMediaTools, type MediaTools } from '../../shared/media/running/tools.ts'
import { findProgram } from '../find-program.ts'
import {
  openScene,
  PIPELINE_LIMIT_MS,
  personWith,
  type Scene,
  STREET,
  securedId,
} from '../scene.ts'

const run = promisify(execFile)
const ffplay = findProgram('ffplay', 'No ffplay: Debian has it in its package ffmpeg.')

/** In Camden, NPPV3. */
const VIEWER = 'Asha Rahman'
const WHY = { reason: 'a lost tablet' }

type Opened = { url: string; viewing: string }

describe('a playback address', () => {
  let scene: Scene
  let tools: MediaTools
  let id: string

  beforeAll(async () => {
    scene = await openScene()
    tools = await findMediaTools({ searchPath: process.env.PATH })
    id = securedId(await scene.dock({ file: STREET, sequence: 7 }))
    await scene.until(id, 'ready')
  }, PIPELINE_LIMIT_MS)
  afterAll(() => scene[Symbol.asyncDispose]())

  const tickets: string[] = []
  async function open(): Promise<Opened> {
    const reply = await scene.as(VIEWER, 'POST', `/footage/${id}/playback`, { reason: 'statement' })
    expect(reply.status, reply.text).toBe(201)
    const opened = reply.json() as Opened
    tickets.push(new URL(opened.url).pathname.split('/')[3] ?? '')
    return opened
  }
  const file = (opened: Opened, name: string) => new URL(name, opened.url)
  /** What a program says of an address; ffplay succeeds even where it can show nothing. */
  const complaint = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, args, { env: DUMMY_SCREEN }).catch((error: { stderr: string }) => error))
      .stderr

  it('answers HEAD as GET, without the body, and GET without a range', async () => {
    const opened = await open()
    const list = await fetch(opened.url, { method: 'HEAD' })
    expect(list.status).toBe(200)
    expect(list.headers.get('content-type')).toBe('application/vnd.apple.mpegurl')
    const chunk = file(opened, 'copy-0000.mp4')
    const redirect = await fetch(chunk, { method: 'HEAD', redirect: 'manual' })
    expect(redirect.status).toBe(302)
    const head = await fetch(chunk, { method: 'HEAD' })
    const whole = await fetch(chunk)
    expect([head.status, whole.status]).toEqual([200, 200])
    expect(head.headers.get('content-length')).toBe(String((await whole.arrayBuffer()).byteLength))
  })

  it('is played by ffplay, which is told once it has ended', { skip: !ffplay }, async () => {
    const opened = await open()
    const play = ['-v', 'error', '-nodisp', '-autoexit', '-t', '2', opened.url]
    const { stderr } = await run(ffplay ?? '', play, { env: DUMMY_SCREEN })
    // It notes that a redirect leads elsewhere, and follows it.
    expect(stderr.replaceAll(/.*Cannot reuse HTTP connection.*\n/g, '')).toBe('')
    const ended = await scene.as(
      personWith('EvidenceManager'),
      'DELETE',
      `/footage/${id}/playback/${opened.viewing}`,
      WHY,
    )
    expect(ended.status).toBe(204)
    const trail = await scene.as(personWith('Auditor'), 'GET', `/footage/${id}/audit`)
    const { items } = trail.json() as { items: { action: string; detail: object }[] }
    expect(items.findLast(({ action }) => action === 'playback-closed')).toMatchObject({
      ...WHY,
      detail: { viewing: opened.viewing, because: 'revoked', copy: '0-31' },
    })
    expect(await complaint(ffplay ?? '', ...play)).toMatch(/410|4XX/)
    const told = await (await fetch(opened.url)).json()
    expect(told).toMatchObject({
      type: 'urn:bluelamp:problem:playback-ended',
      status: 410,
      detail: expect.stringContaining('ended by someone in charge'),
    })
  })

  it('is played by ffprobe, which is told while access is restricted', async () => {
    const opened = await open()
    const probe = ['-v', 'error', '-show_entries', 'format=duration', opened.url]
    await run(tools.ffprobe, probe)
    const manager = personWith('EvidenceManager')
    const restrict = async (restrictions: string[]) => {
      const { headers } = await scene.as(manager, 'GET', `/footage/${id}/management`)
      const reply = await scene.as(
        manager,
        'PATCH',
        `/footage/${id}`,
        { restrictions, reason: 'an allegation against an officer' },
        { 'if-match': headers.get('etag') ?? '' },
      )
      expect(reply.status, reply.text).toBe(200)
    }
    await restrict(['professional-standards'])
    expect(await complaint(tools.ffprobe, ...probe)).toContain('403')
    await restrict([])
    await run(tools.ffprobe, probe)
  })

  it('is ended for all that a person watches, by an administrator alone', async () => {
    const [one, other] = [await open(), await open()]
    const oid = (await oidOf(scene, VIEWER)) ?? ''
    const path = `/people/${oid}/playback`
    expect((await scene.as(personWith('Supervisor'), 'DELETE', path, WHY)).status).toBe(403)
    const reply = await scene.as(personWith('Administrator'), 'DELETE', path, WHY)
    expect((reply.json() as { ended: number }).ended).toBeGreaterThanOrEqual(2)
    for (const { url } of [one, other]) expect((await fetch(url)).status).toBe(410)
  })

  it('is ended for all who watch a recording, and renewed by its viewer until then', async () => {
    const opened = await open()
    const renewed = await scene.as(VIEWER, 'PUT', `/footage/${id}/playback/${opened.viewing}`)
    expect(renewed.json()).toMatchObject({ viewing: opened.viewing, renewBy: expect.any(String) })
    const manager = personWith('EvidenceManager')
    const reply = await scene.as(manager, 'DELETE', `/footage/${id}/playback`, WHY)
    expect(reply.json()).toEqual({ ended: expect.any(Number) })
    expect((await fetch(opened.url)).status).toBe(410)
    const late = await scene.as(VIEWER, 'PUT', `/footage/${id}/playback/${opened.viewing}`)
    expect(late.status).toBe(410)
  })

  it('never stands in a log, whatever becomes of its requests', async () => {
    const opened = await open()
    for (const name of ['copy.m3u8', 'copy-0000.mp4', 'copy-9999.mp4', '%2e%2e', 'x?sig=y']) {
      await fetch(file(opened, name)).then((answer) => answer.arrayBuffer())
    }
    // An error that nobody foresaw, with all that the SDK of storage knows of its request.
    const storage = BlobServiceClient.fromConnectionString(scene.system.storage.connectionString)
    await storage.getContainerClient('renditions').getBlobClient(`${id}/plan.json`).delete()
    expect((await fetch(file(opened, 'storyboard.vtt'))).status).toBe(500)

    expect(scene.lines.some((line) => line.includes('BlobNotFound'))).toBe(true)
    const telling = scene.lines.filter(
      (line) =>
        /[?&]sig=(?!REDACTED)|SharedKey /.test(line) || tickets.some((t) => line.includes(t)),
    )
    expect(telling).toEqual([])
    expect(tickets.every((ticket) => ticket.length > 100)).toBe(true)
  })
})

/** Programs that would show and sound something do so nowhere. */
const DUMMY_SCREEN = { ...process.env, SDL_VIDEODRIVER: 'dummy', SDL_AUDIODRIVER: 'dummy' }

async function oidOf(scene: Scene, name: string): Promise<string | undefined> {
  const token = await scene.system.issuer.tokenFor(name)
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return (claims as { oid?: string }).oid
}
