import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FootageId } from '../../../shared/footage/ids.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { makeFootagePoster } from '../../../shared/render/make-footage-poster.ts'
import { renderFootageChunk } from '../../../shared/render/render-footage-chunk.ts'
import { stillMissing } from '../../../shared/render/still-missing.ts'
import { recordedProvenance } from '../../../shared/retrieve/provenance.ts'
import type { Services } from '../../../shared/services.ts'
import { abandonWork } from '../../../shared/work/abandon-work.ts'
import { composedServices } from '../composed-services.ts'
import { withSpoiltPictures } from '../media/hostile/forge.ts'
import { allTools, ffmpeg, never, temporaryFolder, testPicture, X264 } from '../media/support.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'
import { kindsOf, manifestsOf, plannedFootage, publishAll } from './planned-footage.ts'

const stack = new AsyncDisposableStack()
let storage: TestStorage
let services: Services
/** Two chunks, of which no keyframe can be decoded. */
let bytes: Buffer

beforeAll(async () => {
  storage = stack.use(await startStorage())
  const folder = stack.use(await temporaryFolder()).path
  const [tools] = (await allTools()) as [MediaTools]
  const file = path.join(folder, 'spoilt.mp4')
  await ffmpeg(tools, [...testPicture(70, '1', '64x64'), ...X264, '-g', '4', file])
  bytes = withSpoiltPictures(await readFile(file))
  services = {
    ...composedServices(storage, () => new Date()).services,
    mediaTools: async () => tools,
  }
}, 60_000)
afterAll(() => stack.disposeAsync())

const BESIDE = ['copy', 'storyboard'] as const
const render = (
  footageId: FootageId,
  chunk: number,
  kinds: readonly ('copy' | 'proxy' | 'storyboard')[],
) => renderFootageChunk(services, { footageId, chunk, renditions: [...kinds] }, never)

it('plays without a storyboard where no picture can be decoded for it', async () => {
  const id = await plannedFootage(services, storage, bytes)
  for (const chunk of [0, 1]) await render(id, chunk, BESIDE)
  const made = (await manifestsOf(services, id)).map(([, manifest]) => kindsOf(manifest))
  expect(made.toSorted()).toEqual([[], [], ['copy'], ['copy']])

  await publishAll(services, id)
  expect(await services.playlists.media(id, 'copy')).toContain('#EXT-X-ENDLIST')
  expect(await services.playlists.storyboard(id)).toBe('WEBVTT\n')
  expect((await recordedProvenance(services, await services.catalogue.get(id))).storyboard).toEqual(
    [],
  )
  // It is settled: nobody tries again, and the record of it stays.
  for (const chunk of [0, 1]) expect(await stillMissing(services, id, chunk, BESIDE)).toEqual([])
  expect(await services.renditionRows.listFailures(id)).toEqual([])
  await publishAll(services, id)
  expect(await manifestsOf(services, id)).toHaveLength(4)
})

it('plays its copy where neither proxy nor poster can be made', async () => {
  const id = await plannedFootage(services, storage, bytes)
  for (const chunk of [0, 1]) await render(id, chunk, ['copy', 'proxy', 'storyboard'])
  await publishAll(services, id)
  expect(await services.renditionRows.listFailures(id)).toMatchObject([
    { chunk: 0, renditions: ['proxy', 'storyboard'], abandoned: true },
    { chunk: 1, renditions: ['proxy', 'storyboard'], abandoned: true },
  ])
  await makeFootagePoster(services, { footageId: id }, never)
  const footage = await services.catalogue.get(id)
  expect(footage).toMatchObject({
    state: 'ready',
    failure: { stage: 'make-poster', reason: expect.stringMatching(/keyframes .* can be decoded/) },
    renditions: [
      { kind: 'copy', state: 'ready' },
      { kind: 'proxy', state: 'failed' },
    ],
  })
  expect(footage).not.toHaveProperty('unplayable')
})

it('says which work was given up after repeated failures', async () => {
  const id = await plannedFootage(services, storage, bytes)
  await abandonWork(services, 'make-poster', { schemaVersion: 1, footageId: id })
  const { failure } = await services.catalogue.get(id)
  expect(failure).toMatchObject({
    stage: 'make-poster',
    reason: expect.stringMatching(/^given up after/),
  })
})
