import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FootageId } from '../../../shared/footage/ids.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { abandonWork } from '../../../shared/render/abandon-work.ts'
import { indexRendition } from '../../../shared/render/index-rendition.ts'
import type { Manifest } from '../../../shared/render/manifest.ts'
import { planFootage } from '../../../shared/render/plan-footage.ts'
import { renderFootageChunk } from '../../../shared/render/render-footage-chunk.ts'
import type { Services } from '../../../shared/services.ts'
import { PROXIES, SABOTAGE, type Saboteur, sabotageFfmpeg } from '../../gated-ffmpeg.ts'
import { mediaPlaylistFaults } from '../../hls/media-playlist-faults.ts'
import { footage, part } from '../../unit/footage-fixture.ts'
import { composedServices } from '../composed-services.ts'
import { allTools, ffmpeg, never, temporaryFolder, testPicture, X264 } from '../media/support.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

const stack = new AsyncDisposableStack()
let storage: TestStorage
let services: Services
let saboteur: Saboteur
let folder: string
let tools: MediaTools

beforeAll(async () => {
  storage = stack.use(await startStorage())
  folder = stack.use(await temporaryFolder()).path
  const [first] = (await allTools()) as [MediaTools]
  tools = first
  saboteur = await sabotageFfmpeg(tools.ffmpeg, folder, PROXIES)
  services = {
    ...composedServices(storage, () => new Date()).services,
    mediaTools: async () => ({ ...tools, ffmpeg: saboteur.ffmpeg }),
  }
}, 60_000)
afterAll(() => stack.disposeAsync())

const ALL = ['copy', 'proxy', 'storyboard'] as const
/** Two chunks: the first of 24 seconds, and the rest. */
const TWO_CHUNKS = testPicture(70, '1', '64x64')

/** A recording at rest, planned. */
async function planned(name: string, ...encoding: string[]): Promise<FootageId> {
  const file = path.join(folder, name)
  await ffmpeg(tools, [...TWO_CHUNKS, ...encoding, '-g', '4', file])
  const bytes = await readFile(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const one = footage({ state: 'secured' })
  const blob = `${one.id}/recording`
  const client = storage.clients.container('originals').getBlockBlobClient(blob)
  const { etag = '' } = await client.uploadData(bytes, { metadata: { sha256, landedetag: '"1"' } })
  const original = {
    ...{ blob, etag, versionId: null, size: bytes.length, sha256, sha256Declared: true },
    ...{ landedEtag: '"1"', securedAt: new Date().toISOString() },
  }
  const parts = [part('recording', { state: 'secured', original })]
  await services.catalogue.add({ ...one, parts })
  await planFootage(services, { footageId: one.id, redrive: false }, never, 'ordinary')
  return one.id
}

const work = (footageId: FootageId) => ({ footageId, chunk: 0, renditions: [...ALL] })
const render = (id: FootageId) => renderFootageChunk(services, work(id), never)

async function manifestsOf(id: FootageId): Promise<[string, Manifest][]> {
  const names = await services.renditions.listManifests(id)
  return Promise.all(
    names.map(async (name): Promise<[string, Manifest]> => {
      const manifest = await services.renditions.readManifest(name)
      if (!manifest) throw new Error(`${name} is gone.`)
      return [name, manifest]
    }),
  )
}
const kindsOf = (manifest: Manifest): string[] =>
  manifest.work === 'chunk' ? Object.keys(manifest.blobs).sort() : [manifest.work]

/** As the events of all manifests that are stored would have it. */
async function publishAll(id: FootageId): Promise<void> {
  for (const [manifest] of await manifestsOf(id))
    await indexRendition(services, { footageId: id, manifest })
}

it('plays before its proxy is made, and the proxy is tried again without it', async () => {
  const id = await planned('copied.mp4', ...X264)
  await saboteur.failNext(1)
  await expect(render(id)).rejects.toThrow(SABOTAGE)
  expect((await manifestsOf(id)).map(([, manifest]) => kindsOf(manifest))).toEqual([['copy']])

  await publishAll(id)
  const begun = await services.playlists.media(id, 'copy')
  expect(begun).not.toContain('#EXT-X-ENDLIST')
  const [copy] = await services.renditionRows.list(id, 'copy')
  const sizes = new Map([['copy-0000.mp4', copy?.output.bytes ?? 0]])
  expect(mediaPlaylistFaults(begun, sizes)).toEqual([])
  // What failed is still to come: the copy did not end it.
  expect(await services.renditionRows.listFailures(id)).toMatchObject([
    { chunk: 0, renditions: ['proxy', 'storyboard'], abandoned: false },
  ])

  await render(id)
  const kinds = (await manifestsOf(id)).map(([, manifest]) => kindsOf(manifest))
  expect(kinds.toSorted()).toEqual([['copy'], ['proxy', 'storyboard']])
  await publishAll(id)
  expect(await services.renditionRows.listFailures(id)).toEqual([])
  expect(await services.playlists.media(id, 'copy')).toBe(begun)
  expect((await services.catalogue.get(id)).renditions).toMatchObject([
    { kind: 'copy', finished: 1 },
    { kind: 'proxy', finished: 1 },
  ])
})

it('is published once, though a worker died before that and another made it again', async () => {
  const id = await planned('twice.mp4', ...X264)
  await saboteur.failNext(1)
  await expect(render(id)).rejects.toThrow(SABOTAGE)
  await render(id)
  expect(await manifestsOf(id)).toHaveLength(3)
  await publishAll(id)
  expect(await manifestsOf(id)).toHaveLength(2)
  expect(await services.renditionRows.list(id, 'copy')).toHaveLength(1)
  expect(await services.renditionRows.listFailures(id)).toEqual([])
  // Nothing is left of the attempt that came second.
  await render(id)
  expect(await manifestsOf(id)).toHaveLength(2)
})

it('is given up only for what is missing', async () => {
  const id = await planned('given-up.mp4', ...X264)
  await saboteur.failNext(1)
  await expect(render(id)).rejects.toThrow(SABOTAGE)
  await publishAll(id)
  await abandonWork(services, 'render-chunk', { schemaVersion: 1, ...work(id) })
  expect(await services.renditionRows.listFailures(id)).toMatchObject([
    { chunk: 0, renditions: ['proxy', 'storyboard'], abandoned: true },
  ])
  const [copy, proxy] = (await services.catalogue.get(id)).renditions
  expect(copy).not.toHaveProperty('failure')
  expect(proxy?.failure).toContain(SABOTAGE)
})

it('is made in one run where the copy has to be encoded, too', async () => {
  const id = await planned('encoded.mp4', '-c:v', 'mpeg4')
  await render(id)
  const kinds = (await manifestsOf(id)).map(([, manifest]) => kindsOf(manifest))
  expect(kinds).toEqual([[...ALL]])
})
