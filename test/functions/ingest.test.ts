import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  ADMINISTRATOR,
  AUDITOR,
  DOCK,
  INVESTIGATOR,
  type LocalApp,
  MANAGER,
  type Opened,
  OTHER_BOROUGH,
  OTHER_DOCK,
  send,
  sha256,
  startApp,
  UNVETTED,
  uploadRequest,
} from './local-app.ts'

let app: LocalApp
beforeAll(async () => {
  // Sweeps run when a test says so.
  app = await startApp({ SWEEP_IDLE_SECONDS: '1', SWEEP_SCHEDULE: '0 0 0 1 1 *' })
})
afterAll(() => app?.[Symbol.asyncDispose]())

const open = async (request: object, dock = DOCK): Promise<Opened> => {
  const answer = await app.call(dock, 'POST', 'uploads', request)
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.json as Opened
}
const statusOf = async (id: string) => (await app.call(DOCK, 'GET', `uploads/${id}`)).json
const untilStatus = (id: string, expected: object) =>
  vi.waitFor(async () => expect(await statusOf(id)).toMatchObject(expected), {
    timeout: 15_000,
    interval: 100,
  })
/** A recording whose bytes are at rest. They are no video: what becomes of that is not asked here. */
async function secured(bytes: string, overrides: object = {}): Promise<string> {
  const opened = await open(uploadRequest(bytes, overrides))
  await send(opened, 'recording', bytes)
  await untilStatus(opened.id, { mayWipe: true })
  return opened.id
}

describe('asking to upload', () => {
  it('gives one recording for the same camera, number and bytes, with fresh URLs', async () => {
    const request = uploadRequest('abc')
    const first = await app.call(DOCK, 'POST', 'uploads', request)
    const again = await app.call(DOCK, 'POST', 'uploads', request)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.json).toMatchObject({ id: (first.json as Opened).id, state: 'expected' })
    expect((again.json as Opened).uploads).toMatchObject([{ part: 'recording' }])
  })

  it('at the same time gives one recording too', async () => {
    const request = uploadRequest('abc')
    const all = await Promise.all([1, 2, 3, 4].map(() => open(request)))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
  })

  it('with other bytes under the same number is a conflict', async () => {
    const request = uploadRequest('abc')
    await open(request)
    const recording = { ...request.recording, sha256: sha256('abd') }
    const answer = await app.call(DOCK, 'POST', 'uploads', { ...request, recording })
    expect(answer).toMatchObject({ status: 409, json: { type: 'urn:bluelamp:problem:conflict' } })
  })

  it.each([
    [{ officer: 'nobody' }, 'officer'],
    [{ borough: 'city-of-london' }, 'borough'],
    [{ camera: { serial: '../x', firmware: '1' } }, 'camera.serial'],
    [{ recording: { size: 0, sha256: null, contentType: 'video/mp4' } }, 'recording.size'],
    [{ recording: { size: 1, sha256: 'abc', contentType: 'video/mp4' } }, 'recording.sha256'],
    [{ references: [{ type: 'crime', value: '#1' }] }, 'references.0.value'],
    [{ durationSeconds: -1 }, 'durationSeconds'],
    [{ marking: 'OFFICIAL' }, 'body'],
  ])('names the field at fault: %j', async (overrides, field) => {
    const answer = await app.call(DOCK, 'POST', 'uploads', uploadRequest('abc', overrides))
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field }] } })
  })

  it.each([INVESTIGATOR, MANAGER, ADMINISTRATOR])('is not for %s', async (who) => {
    const answer = await app.call(who, 'POST', 'uploads', uploadRequest('abc'))
    expect(answer).toMatchObject({ status: 403, json: { type: 'urn:bluelamp:problem:forbidden' } })
  })

  it('says nothing to another dock, as if there were nothing', async () => {
    const { id } = await open(uploadRequest('abc'))
    const nothing = await app.call(
      OTHER_DOCK,
      'GET',
      'uploads/019ab4ea-0000-7000-8000-000000000000',
    )
    for (const path of [`uploads/${id}`, `uploads/${id}/blocks`]) {
      const answer = await app.call(OTHER_DOCK, 'GET', path)
      expect(answer).toMatchObject({ status: 404, text: nothing.text })
    }
  })

  it('again tells an interrupted dock which blocks have arrived', async () => {
    const { id, uploads } = await open(uploadRequest('abc'))
    const blockId = Buffer.from('000001').toString('base64')
    const url = `${uploads[0]?.url}&comp=block&blockid=${encodeURIComponent(blockId)}`
    expect((await fetch(url, { method: 'PUT', body: 'abc' })).status).toBe(201)
    const answer = await app.call(DOCK, 'GET', `uploads/${id}/blocks`)
    expect(answer.json).toEqual({ part: 'recording', blocks: [{ id: blockId, size: 3 }] })
  })
})

describe('a recording', () => {
  it('whose bytes are as declared lets its camera be wiped', async () => {
    const bytes = 'as declared'
    const opened = await open(uploadRequest(bytes))
    expect(opened.mayWipe).toBe(false)
    await send(opened, 'recording', bytes)
    await untilStatus(opened.id, { mayWipe: true, sendAgain: [] })
  })

  it('without a declared hash is secured by its size, and the trail keeps what was measured', async () => {
    const bytes = 'no hash'
    const recording = { size: bytes.length, sha256: null, contentType: 'video/mp4' }
    const id = await secured(bytes, { recording })
    const { json } = await app.call(AUDITOR, 'GET', `footage/${id}/audit`)
    expect(json).toMatchObject({
      items: [{ action: 'footage-secured', detail: { sha256: sha256(bytes) } }, {}],
    })
    const verified = await app.call(AUDITOR, 'GET', `footage/${id}/audit/verify`)
    expect(verified.json).toMatchObject({ whole: true })
  })

  it('keeps its camera until its sidecars are secured too', async () => {
    const sidecar = {
      kind: 'gps-track',
      size: 5,
      sha256: sha256('track'),
      contentType: 'application/gpx+xml',
    }
    const opened = await open(uploadRequest('with sidecar', { sidecars: [sidecar] }))
    await send(opened, 'recording', 'with sidecar')
    await untilStatus(opened.id, {
      mayWipe: false,
      parts: [{ state: 'secured' }, { part: 'gps-track', state: 'expected' }],
    })
    await send(opened, 'gps-track', 'track')
    await untilStatus(opened.id, { mayWipe: true })
  })

  it('whose events are lost is found by the sweep, its late sidecar too', async () => {
    const sidecar = { kind: 'settings', size: 2, sha256: sha256('{}'), contentType: 'text/json' }
    const opened = await open(uploadRequest('unheard', { sidecars: [sidecar] }))
    app.system.eventGrid.setFaults('footage-landed', { drop: { rate: 1 } })
    try {
      for (const [part, bytes] of [
        ['recording', 'unheard'],
        ['settings', '{}'],
      ] as const) {
        await send(opened, part, bytes)
        await app.system.eventGrid.idle()
        await expect
          .poll(
            async () => {
              await app.system.host?.runTimer('sweep')
              return statusOf(opened.id)
            },
            { timeout: 15_000, interval: 300 },
          )
          .toMatchObject({
            parts: expect.arrayContaining([expect.objectContaining({ part, state: 'secured' })]),
          })
      }
    } finally {
      app.system.eventGrid.setFaults('footage-landed', {})
    }
    await untilStatus(opened.id, { mayWipe: true })
  })
})

describe('bytes that are not as declared', () => {
  const mismatched = async (sent = 'bad bytes') => {
    const opened = await open(uploadRequest('the bytes'))
    await send(opened, 'recording', sent)
    await untilStatus(opened.id, { state: 'mismatched', mayWipe: false, sendAgain: ['recording'] })
    return opened
  }
  const release = (id: string, body: object, who = MANAGER) =>
    app.call(who, 'POST', `quarantine/${id}/release`, body)
  const REASON = { reason: 'the device wrote its hash before the last block' }

  it('are kept in quarantine, where a manager can look at them, on record', async () => {
    const { id } = await mismatched()
    const list = await app.call(MANAGER, 'GET', 'quarantine')
    expect(list.json).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ id })]),
    })
    const { json } = await app.call(MANAGER, 'GET', `quarantine/${id}`)
    const { attempts } = json as { attempts: { url: string }[] }
    expect(await (await fetch(attempts[0]?.url ?? '')).text()).toBe('bad bytes')
    const trail = await app.call(AUDITOR, 'GET', `footage/${id}/audit`)
    expect(
      (trail.json as { items: { action: string }[] }).items.map(({ action }) => action),
    ).toEqual(['footage-mismatched', 'quarantine-inspected', 'audit-read'])
  })

  it('sent again as declared are secured', async () => {
    const opened = await mismatched()
    await send(opened, 'recording', 'the bytes')
    await untilStatus(opened.id, { mayWipe: true, sendAgain: [] })
    const list = await app.call(MANAGER, 'GET', 'quarantine')
    expect(list.text).not.toContain(opened.id)
  })

  it('are secured as they are when a manager accepts them, and say so', async () => {
    const { id } = await mismatched()
    // Landing is emptied just after the mismatch is on record.
    await vi.waitFor(async () => expect(await release(id, REASON)).toMatchObject({ status: 202 }))
    await untilStatus(id, { mayWipe: true })
    expect(await release(id, REASON)).toMatchObject({ status: 409 })
    const trail = await app.call(AUDITOR, 'GET', `footage/${id}/audit`)
    expect(trail.json).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          action: 'quarantine-released',
          reason: REASON.reason,
          detail: expect.objectContaining({ sha256: sha256('bad bytes') }),
        }),
      ]),
    })
  })

  it('are accepted only for a reason, and by nobody else', async () => {
    const { id } = await mismatched()
    expect(await release(id, { reason: 'because' })).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'reason' }] },
    })
    for (const who of [INVESTIGATOR, AUDITOR, DOCK]) {
      expect(await release(id, REASON, who)).toMatchObject({ status: 403 })
      expect(await app.call(who, 'GET', 'quarantine')).toMatchObject({ status: 403 })
    }
  })
})

describe('what may not be seen', () => {
  const NOTHING = '019ab4ea-0000-7000-8000-000000000000'
  let id: string
  beforeAll(async () => {
    id = await secured('not for everybody')
  })

  it.each([
    ['GET', ''],
    ['GET', '/progress'],
    ['GET', '/events'],
    ['GET', '/poster'],
    ['GET', '/audit'],
    ['GET', '/audit/verify'],
    ['POST', '/playback'],
    ['POST', '/original'],
  ])('is answered as what is not there: %s footage/{id}%s', async (method, rest) => {
    const body = method === 'POST' ? { reason: 'a reason' } : undefined
    for (const who of [OTHER_BOROUGH, UNVETTED, ADMINISTRATOR, DOCK]) {
      const [refused, missing] = await Promise.all([
        app.call(who, method, `footage/${id}${rest}`, body),
        app.call(who, method, `footage/${NOTHING}${rest}`, body),
      ])
      expect(refused.status).toBe(404)
      expect(refused.text).toBe(missing.text)
      expect([...refused.headers.keys()]).toEqual([...missing.headers.keys()])
    }
  })

  it('is in no list', async () => {
    const listedId = await secured('listed for some', { unit: 'camden-listed' })
    const listed = async (who: string) =>
      (await app.call(who, 'GET', 'footage?unit=camden-listed')).json
    await expect(listed(INVESTIGATOR)).resolves.toMatchObject({ items: [{ id: listedId }] })
    await expect(listed(OTHER_BOROUGH)).resolves.toMatchObject({ items: [] })
    await expect(listed(UNVETTED)).resolves.toEqual({ items: [], next: null })
  })
})

it('hands out an original for a reason, on record, to those who may have it', async () => {
  const id = await secured('the original')
  const take = (body: object) => app.call(INVESTIGATOR, 'POST', `footage/${id}/original`, body)
  expect(await take({})).toMatchObject({ status: 400, json: { errors: [{ field: 'reason' }] } })
  const { status, json } = await take({ reason: 'charging decision' })
  expect(status).toBe(201)
  const { url, sha256: digest } = json as { url: string; sha256: string }
  const download = await fetch(url)
  expect(sha256(await download.text())).toBe(digest)
  expect(download.headers.get('content-disposition')).toBe(`attachment; filename="${id}.mp4"`)
})
