import { afterAll, beforeAll, expect, it } from 'vitest'
import { AUDITOR, INVESTIGATOR, MANAGER, OTHER_BOROUGH } from '../functions/local-app.ts'
import { openScene, PIPELINE_LIMIT_MS, type Scene, STREET, securedId } from '../scene.ts'
import { addressOf, bodyOf, NOTHING, ROUTES } from './routes.ts'

const reason = 'collision at Camden Road, statement of the driver'
const FILES = ['master.m3u8', 'copy.m3u8', 'proxy.m3u8', 'storyboard.vtt', 'copy-0000.mp4']

let scene: Scene
let id: string
beforeAll(async () => {
  scene = await openScene()
  id = securedId(await scene.dock({ file: STREET, sequence: 7 }))
  await scene.until(id, 'ready')
}, PIPELINE_LIMIT_MS)
afterAll(() => scene?.[Symbol.asyncDispose]())

const open = async (who: string) => {
  const reply = await scene.as(who, 'POST', `/footage/${id}/playback`, { reason })
  const { url, viewing } = reply.json() as { url: string; viewing: string }
  const [, ticket = ''] = /\/play\/([^/]+)\//.exec(url) ?? []
  return { ticket, viewing }
}
const play = (ticket: string, file: string, init: RequestInit = {}) =>
  fetch(`${scene.system.api}/play/${ticket}/${file}`, { redirect: 'manual', ...init })

it('opens no route as a token, and no token plays as a ticket', async () => {
  const { ticket } = await open(INVESTIGATOR)
  for (const route of ROUTES) {
    if (typeof route.access !== 'object') continue
    const path = `/${addressOf(route, { id })}`
    const headers = { authorization: `Bearer ${ticket}` }
    const reply = await scene.as(null, route.method, path, bodyOf(route), headers)
    expect(reply.status, route.name).toBe(401)
  }
  const token = await scene.system.issuer.tokenFor(INVESTIGATOR)
  for (const file of FILES) {
    expect((await play(token, file)).status, file).toBe(404)
    expect((await play('x', file, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      404,
    )
  }
})

it('is refused altered in any part, with one answer for all', async () => {
  const { ticket } = await open(INVESTIGATOR)
  const answers = new Set<string>()
  for (let at = 0; at < ticket.length; at += 3) {
    const other = ticket[at] === 'A' ? 'B' : 'A'
    const answer = await play(ticket.slice(0, at) + other + ticket.slice(at + 1), 'master.m3u8')
    answers.add(`${answer.status} ${await answer.text()}`)
  }
  for (const altered of [ticket.toLowerCase(), ticket.slice(0, -1), `${ticket}A`, `${ticket}%00`]) {
    const answer = await play(altered, 'master.m3u8')
    answers.add(`${answer.status} ${await answer.text()}`)
  }
  expect([...answers]).toEqual([expect.stringMatching(/^404 .*not-found/)])
})

it('names files of its own recording alone', async () => {
  const { ticket } = await open(INVESTIGATOR)
  for (const file of [
    '..%2Foriginals',
    `..%2F${NOTHING}%2Fcopy-0000.mp4`,
    '..%5Ccopy-0000.mp4',
    '%2e%2e%2fplan.json',
    'plan.json',
    'manifest.json',
    'poster.jpg',
    'copy-0000.mp4%00.m3u8',
    'copy-0000.mp4%2F',
    'COPY-0000.MP4',
    'copy-9999.mp4',
    'copy--001.mp4',
    'copy-0000.mp4.manifest.json',
    '__proto__.m3u8',
    'constructor-0000.mp4',
    'master.m3u8%3Fx',
  ]) {
    expect((await play(ticket, file)).status, file).toBe(404)
  }
})

it('ends for good: replayed, it opens nothing, and nobody else revives it', async () => {
  const { ticket, viewing } = await open(INVESTIGATOR)
  expect((await play(ticket, 'copy-0000.mp4')).status).toBe(302)
  const at = `/footage/${id}/playback/${viewing}`
  for (const stranger of [OTHER_BOROUGH, AUDITOR]) {
    expect((await scene.as(stranger, 'PUT', at)).status).toBe(404)
    expect((await scene.as(stranger, 'DELETE', at, { reason })).status).toBe(404)
  }
  expect((await scene.as(MANAGER, 'PUT', at)).status).toBe(404)
  expect((await play(ticket, 'copy-0000.mp4')).status).toBe(302)
  expect((await scene.as(MANAGER, 'DELETE', at, { reason })).status).toBe(204)
  for (const file of FILES) expect((await play(ticket, file)).status, file).toBe(410)
  expect((await scene.as(INVESTIGATOR, 'PUT', at)).status).toBe(410)
  expect((await play(ticket, 'master.m3u8')).status).toBe(410)
})

it('leads to one file in storage, to read it and nothing else', async () => {
  const { ticket } = await open(INVESTIGATOR)
  const location = (await play(ticket, 'copy-0000.mp4')).headers.get('location') ?? ''
  const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status
  const put = (headers: Record<string, string>) => ({ method: 'PUT', body: 'x', headers })
  expect(await status(location, { headers: { range: 'bytes=0-9' } })).toBe(206)
  const account = new URL(location).origin.concat('/devstoreaccount1')
  const { search } = new URL(location)
  expect(search).toMatch(/[?&]sp=r&/)
  expect(search).toMatch(/[?&]sr=b&/)
  const lease = { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '15' }
  const attacks: [name: string, url: string, init?: RequestInit][] = [
    ['overwrite', location, put({ 'x-ms-blob-type': 'BlockBlob' })],
    ['delete', location, { method: 'DELETE' }],
    ['add a block', `${location}&comp=block&blockid=MDAwMDAx`, put({})],
    ['change its metadata', `${location}&comp=metadata`, put({ 'x-ms-meta-a': 'b' })],
    ['lease it', `${location}&comp=lease`, put(lease)],
    ['another recording', location.replace(id, NOTHING)],
    ['the plan', `${account}/renditions/${id}/plan.json${search}`],
    ['the original', `${account}/originals/${id}/recording${search}`],
    ['list its container', `${account}/renditions${search}&restype=container&comp=list`],
    ['list the account', `${account}${search}&comp=list`],
    ['a wider permission', location.replace('sp=r', 'sp=rwdl')],
    ['a longer life', location.replace(/([?&]se)=[^&]+/, '$1=2099-01-01T00%3A00%3A00Z')],
    ['the whole container', location.replace('sr=b', 'sr=c')],
    ['no signature', location.replace(/[?&]sig=[^&]+/, '')],
  ]
  for (const [name, url, init] of attacks) {
    expect([401, 403, 404], name).toContain(await status(url, init))
  }
  expect(await status(location)).toBe(200)
})

it('lets one request read no more than one chunk, and that is what stands on record', async () => {
  const { ticket, viewing } = await open(INVESTIGATOR)
  const playlist = await (await play(ticket, 'copy.m3u8')).text()
  const entries = [...playlist.matchAll(/#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.*)/g)]
  const ofChunk = entries.filter(([, , , , uri]) => uri === 'copy-0000.mp4')
  const seconds = ofChunk.reduce((sum, [, duration]) => sum + Number(duration), 0)
  const [, , bytes, offset] = ofChunk.at(-1) ?? []
  const size = Number(bytes) + Number(offset)

  const location = (await play(ticket, 'copy-0000.mp4')).headers.get('location') ?? ''
  for (const range of ['bytes=0-', 'bytes=0-999999999999', 'bytes=0-18446744073709551616']) {
    const answer = await fetch(location, { headers: { range } })
    expect((await answer.arrayBuffer()).byteLength, range).toBe(size)
  }
  for (const range of [
    `bytes=${size + 1}-`,
    `bytes=${size + 1}-${2 * size}`,
    'bytes=99999999999-',
  ]) {
    expect((await fetch(location, { headers: { range } })).status, range).toBe(416)
  }
  const at = `/footage/${id}/playback/${viewing}`
  expect((await scene.as(INVESTIGATOR, 'DELETE', at, { reason })).status).toBe(204)
  const trail = await scene.as(AUDITOR, 'GET', `/footage/${id}/audit?limit=500`)
  const { items } = trail.json() as { items: { action: string; detail: object }[] }
  const closed = items.findLast(({ action }) => action === 'playback-closed')
  expect(closed).toMatchObject({ detail: { viewing, copy: `0-${Math.ceil(seconds)}` } })
})
