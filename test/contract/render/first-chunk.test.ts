import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FootageId } from '../../../shared/footage/ids.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { renderFootageChunk } from '../../../shared/render/render-footage-chunk.ts'
import type { Services } from '../../../shared/services.ts'
import { abandonWork } from '../../../shared/work/abandon-work.ts'
import { PROXIES, SABOTAGE, type Saboteur, sabotageFfmpeg } from '../../gated-ffmpeg.ts'
import { mediaPlaylistFaults } from '../../hls/media-playlist-faults.ts'
import { composedServices } from '../composed-services.ts'
import { allTools, ffmpeg, never, temporaryFolder, testPicture, X264 } from '../media/support.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { kindsOf, manifestsOf, plannedFootage, publishAll } from './planned-footage.ts'

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

async function planned(name: string, ...encoding: string[]): Promise<FootageId> {
  const file = path.join(folder, name)
  await ffmpeg(tools, [...TWO_CHUNKS, ...encoding, '-g', '4', file])
  return plannedFootage(services, storage, await readFile(file))
}

const work = (footageId: FootageId) => ({ footageId, chunk: 0, renditions: [...ALL] })
const render = (id: FootageId) => renderFootageChunk(services, work(id), never)

it('plays before its proxy is made, and the proxy is tried again without it', async () => {
  const id = await planned('copied.mp4', ...X264)
  await saboteur.failNext(1)
  await expect(render(id)).rejects.toThrow(SABOTAGE)
  expect((await manifestsOf(services, id)).map(([, manifest]) => kindsOf(manifest))).toEqual([
    ['copy'],
  ])

  await publishAll(services, id)
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
  const kinds = (await manifestsOf(services, id)).map(([, manifest]) => kindsOf(manifest))
  expect(kinds.toSorted()).toEqual([['copy'], ['proxy', 'storyboard']])
  await publishAll(services, id)
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
  expect(await manifestsOf(services, id)).toHaveLength(3)
  await publishAll(services, id)
  expect(await manifestsOf(services, id)).toHaveLength(2)
  expect(await services.renditionRows.list(id, 'copy')).toHaveLength(1)
  expect(await services.renditionRows.listFailures(id)).toEqual([])
  // Nothing is left of the attempt that came second.
  await render(id)
  expect(await manifestsOf(services, id)).toHaveLength(2)
})

it('is given up only for what is missing', async () => {
  const id = await planned('given-up.mp4', ...X264)
  await saboteur.failNext(1)
  await expect(render(id)).rejects.toThrow(SABOTAGE)
  await publishAll(services, id)
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
  const kinds = (await manifestsOf(services, id)).map(([, manifest]) => kindsOf(manifest))
  expect(kinds).toEqual([[...ALL]])
})
