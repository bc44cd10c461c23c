import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { partBlobName } from '../../shared/footage/ids.ts'
import {
  AUDITOR,
  DOCK,
  type LocalApp,
  MANAGER,
  type Opened,
  OTHER_DOCK,
  send,
  startApp,
  uploadRequest,
} from '../functions/local-app.ts'
import { NOTHING } from './routes.ts'

const BYTES = 'as the camera wrote it'
const reason = 'asked for by the officer in charge'
const BLOB = { 'x-ms-blob-type': 'BlockBlob' }

let app: LocalApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.[Symbol.asyncDispose]())

async function open(overrides: object = {}) {
  const answer = await app.call(DOCK, 'POST', 'uploads', uploadRequest(BYTES, overrides))
  expect(answer.status, answer.text).toBe(201)
  const opened = answer.json as Opened
  return { opened, id: opened.id, url: opened.uploads[0]?.url ?? '' }
}
const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status
const put = (headers: Record<string, string> = BLOB, body = 'other bytes') => ({
  method: 'PUT',
  body,
  headers,
})
const untilSecured = (id: string) =>
  vi.waitFor(
    async () => {
      const { json } = await app.call(DOCK, 'GET', `uploads/${id}`)
      expect(json).toMatchObject({ mayWipe: true })
    },
    { timeout: 20_000, interval: 100 },
  )
const trailOf = async (id: string) => {
  const { json } = await app.call(AUDITOR, 'GET', `footage/${id}/audit`)
  return (json as { items: { action: string; detail: Record<string, unknown> }[] }).items
}

it('lets its dock write one blob for an hour, and nothing else', async () => {
  const { id, url } = await open()
  const sidecar = { kind: 'gps-track', size: 1, sha256: null, contentType: 'text/csv' }
  const other = await open({ sidecars: [sidecar] })
  const { origin, pathname, search, searchParams } = new URL(url)
  const account = `${origin}/devstoreaccount1`
  expect(Object.fromEntries(searchParams)).toMatchObject({ sp: 'cw', sr: 'b' })
  expect(Date.parse(searchParams.get('se') ?? '') - Date.now()).toBeLessThanOrEqual(3_600_000)

  const attacks: [name: string, url: string, init?: RequestInit][] = [
    ['read it', url],
    ['read a part of it', url, { headers: { range: 'bytes=0-0' } }],
    ['look at it', url, { method: 'HEAD' }],
    ['list its blocks', `${url}&comp=blocklist&blocklisttype=all`],
    ['read its metadata', `${url}&comp=metadata`],
    ['delete it', url, { method: 'DELETE' }],
    ['tag it', `${url}&comp=tags`, put({})],
    ['list the container', `${account}/landing${search}&restype=container&comp=list`],
    ['list the account', `${account}${search}&comp=list`],
    ['make a container', `${account}/mine${search}&restype=container`, put({})],
    ['another recording', url.replace(id, other.id), put()],
    [
      'a part of another',
      url.replace(pathname, new URL(other.opened.uploads[1]?.url ?? '').pathname),
      put(),
    ],
    ['no recording', url.replace(id, NOTHING), put()],
    ['the original', `${account}/originals/${id}/recording${search}`, put()],
    ['a rendition', `${account}/renditions/${id}/copy-0000.mp4${search}`, put()],
    ['a sibling below it', url.replace(pathname, `${pathname}/x`), put()],
    ['a sibling by dots', url.replace(pathname, `${pathname}/..%2F..%2Fx`), put()],
    ['a wider permission', url.replace('sp=cw', 'sp=rcwdl'), put()],
    ['a longer life', url.replace(/([?&]se)=[^&]+/, '$1=2099-01-01T00%3A00%3A00Z'), put()],
    ['the whole container', url.replace('sr=b', 'sr=c'), put()],
    ['another version of signing', url.replace(/([?&]sv)=[^&]+/, '$1=2015-04-05'), put()],
    ['from any address', `${url}&sip=0.0.0.0-255.255.255.255`, put()],
    ['no signature', url.replace(/[?&]sig=[^&]+/, ''), put()],
  ]
  for (const [name, at, init] of attacks) {
    expect([400, 401, 403, 404], name).toContain(await status(at, init))
  }
  expect(await status(url, put(BLOB, BYTES))).toBe(201)
  await untilSecured(id)
})

it('changes nothing any more once the recording is secured: what comes then is kept apart', async () => {
  const { opened, id, url } = await open()
  await send(opened, 'recording', BYTES)
  await untilSecured(id)
  expect(await status(url, put())).toBe(201)
  await vi.waitFor(
    async () => {
      const again = (await trailOf(id)).filter(({ action }) => action === 'footage-sent-again')
      expect(again).toMatchObject([{ detail: { part: 'recording', size: 'other bytes'.length } }])
    },
    { timeout: 20_000, interval: 100 },
  )
  const original = await app.call(MANAGER, 'POST', `footage/${id}/original`, { reason })
  const { url: readable } = original.json as { url: string }
  expect(await (await fetch(readable)).text()).toBe(BYTES)
  await untilSecured(id)
  expect(readable).toContain(partBlobName(opened.id as never, 'recording'))
})

it('is given to no other dock, and a dock has no say in its recording once it is sent', async () => {
  const { opened, id } = await open()
  for (const path of [`uploads/${id}`, `uploads/${id}/blocks`]) {
    expect((await app.call(OTHER_DOCK, 'GET', path)).status).toBe(404)
  }
  await send(opened, 'recording', BYTES)
  await untilSecured(id)
  for (const path of [`footage/${id}`, `footage/${id}/progress`, `footage/${id}/audit`]) {
    expect((await app.call(DOCK, 'GET', path)).status, path).toBe(404)
  }
  expect((await app.call(DOCK, 'POST', `footage/${id}/playback`, { reason })).status).toBe(404)
  expect((await app.call(DOCK, 'GET', 'footage?borough=camden')).status).toBe(403)
})
