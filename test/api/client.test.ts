import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { BlockBlobClient } from '@azure/storage-blob'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { DOCK, INVESTIGATOR, type Opened, uploadRequest } from '../functions/local-app.ts'
import { openScene, PIPELINE_LIMIT_MS, type Scene, STREET } from '../scene.ts'
import { type DescribedApi, describedApi } from './described-api.ts'

let scene: Scene
let api: DescribedApi
beforeAll(async () => {
  scene = await openScene({ settings: { PROXY_POLICY: 'on-view' } })
  api = await describedApi(`${scene.system.api}/openapi.json`)
})
afterAll(() => scene?.[Symbol.asyncDispose]())

it(
  'docks, finds and plays a recording, knowing the API by its document alone',
  async () => {
    const dock = await scene.system.issuer.tokenFor(DOCK)
    const asha = await scene.system.issuer.tokenFor(INVESTIGATOR)
    const file = await readFile(STREET)
    const unit = `unit-${crypto.randomUUID()}`
    const recording = {
      size: file.length,
      sha256: createHash('sha256').update(file).digest('hex'),
      contentType: 'video/mp4',
    }
    const request = uploadRequest('', { unit, recording })
    const opened = (await api.call('openUpload', { body: request }, dock)).json() as Opened
    const [upload] = opened.uploads
    await new BlockBlobClient(upload?.url ?? '').uploadFile(STREET, { maxSingleShotSize: 1 })
    const { id } = opened
    await vi.waitFor(
      async () => {
        const status = await api.call('uploadStatus', { params: { id } }, dock)
        expect(status.json()).toMatchObject({ mayWipe: true })
        const progress = await api.call('footageProgress', { params: { id } }, asha)
        expect(progress.json()).toMatchObject({ state: 'ready' })
      },
      { timeout: PIPELINE_LIMIT_MS, interval: 200 },
    )

    const found = await api.call('searchFootage', { query: { unit } }, asha)
    expect(found.json()).toMatchObject({ items: [{ id, state: 'ready' }] })
    const purpose = { reason: 'case review' }
    const playback = await api.call('openPlayback', { params: { id }, body: purpose }, asha)
    const { url } = playback.json() as { url: string }
    const [ticket = '', master = ''] = url.split('/').slice(-2)
    const ask = (file: string) => api.call('play', { params: { ticket, file } })
    const playlists = (await ask(master)).text
    const [media = ''] = playlists.split('\n').filter((line) => line.endsWith('.m3u8'))
    const [, chunk = ''] =
      /^(?:#EXT-X-MAP:URI=")?([\w-]+\.mp4)/m.exec((await ask(media)).text) ?? []
    const redirect = await ask(chunk)
    expect(redirect.status).toBe(302)
    const bytes = await fetch(redirect.headers.get('location') ?? '', {
      headers: { range: 'bytes=0-11' },
    })
    expect(Buffer.from(await bytes.arrayBuffer()).toString('latin1')).toContain('ftyp')
  },
  2 * PIPELINE_LIMIT_MS,
)
