import { afterAll, beforeAll, expect, it } from 'vitest'
import { oidSchema, registerEntrySchema } from '../../../shared/clearance/person.ts'
import type { Footage } from '../../../shared/footage/footage.ts'
import { amendFootage } from '../../../shared/manage/amend.ts'
import type { Amendment } from '../../../shared/manage/amendment.ts'
import { footageEtag } from '../../../shared/manage/etag.ts'
import { indexRendition } from '../../../shared/render/index-rendition.ts'
import { sweep } from '../../../shared/work/sweep.ts'
import { footage, part } from '../../unit/footage-fixture.ts'
import { type ComposedServices, composedServices } from '../composed-services.ts'
import { startStorage, type TestStorage } from '../storage-fixture.ts'

let time = Date.parse('2026-11-23T12:00:00.000Z')
const SHA256 = 'a'.repeat(64)

let storage: TestStorage
let composed: ComposedServices
beforeAll(async () => {
  storage = await startStorage()
  composed = composedServices(storage, () => new Date(time))
})
afterAll(() => storage?.[Symbol.asyncDispose]())

const principal = {
  oid: oidSchema.parse(crypto.randomUUID()),
  roles: ['EvidenceManager' as const],
  register: registerEntrySchema.parse({
    officer: 'C700001',
    unit: 'evidence',
    vetting: [{ level: 'MV', awarded: '2024-01-01', expires: '2034-01-01', status: 'current' }],
    assignments: [],
  }),
}
const mark = async (
  { services }: ComposedServices,
  id: Footage['id'],
  marking: Amendment['marking'],
) => {
  const ifMatch = footageEtag(await services.catalogue.get(id))
  const request = { visitor: { principal, clientAddress: null }, id, ifMatch }
  return amendFootage(services, request, { reason: 'as it shows', marking })
}
const blobsOf = async (container: 'renditions' | 'originals' | 'packages', id: string) => {
  const names: string[] = []
  for await (const { name } of storage.clients.container(container).listBlobsFlat({ prefix: id })) {
    names.push(name.replace(id, '{id}'))
  }
  return names
}

async function rendered(): Promise<Footage['id']> {
  const original = {
    blob: 'b',
    etag: '"1"',
    versionId: null,
    size: 3,
    sha256: SHA256,
    sha256Declared: true,
    landedEtag: '"1"',
    securedAt: new Date(time).toISOString(),
  }
  const one = footage({
    state: 'ready',
    changedAt: new Date(time).toISOString(),
    parts: [part('recording', { state: 'secured', original })],
    renditions: [{ kind: 'copy', state: 'ready', chunks: 1, finished: 1 }],
    poster: { blob: 'p', sha256: SHA256, width: 1, height: 1, atSeconds: 0 },
  })
  await composed.services.catalogue.add(one)
  for (const name of [
    'renditions/plan.json',
    'renditions/chunk-0000/a.copy.mp4',
    'packages/p.zip',
    'originals/recording',
  ]) {
    const [container = '', ...rest] = name.split('/')
    const blob = storage.clients.blobs.getContainerClient(container)
    await blob.getBlockBlobClient(`${one.id}/${rest.join('/')}`).upload('x', 1)
  }
  await composed.services.renditionRows.noteProgress(one.id, 0, ['copy'])(1)
  return one.id
}

it('leaves of what is marked too high the original alone, and renders it anew if that was a slip', async () => {
  const { services, told, sent } = composed
  const id = await rendered()
  await mark(composed, id, 'SECRET')
  expect(await blobsOf('renditions', id)).toEqual([])
  expect(await blobsOf('packages', id)).toEqual([])
  expect(await blobsOf('originals', id)).toContain('{id}/recording')
  const isolated = await services.catalogue.get(id)
  expect(isolated).toMatchObject({ state: 'secured', renditions: [], alerted: 'SECRET' })
  expect(isolated).not.toHaveProperty('poster')
  expect(await services.renditionRows.listProgress(id)).toEqual([])
  expect(told).toEqual([`Bluelamp.FootageIsolated ${id}`])

  await mark(composed, id, 'OFFICIAL')
  expect(sent).toEqual([`plan-renditions ${id}`])
  await mark(composed, id, 'SECRET')
  expect(told).toHaveLength(2)
})

it('is finished by the sweep where it was cut off, and the alert comes last', async () => {
  const { services, told } = composed
  const id = await rendered()
  told.length = 0
  const dying: ComposedServices = {
    ...composed,
    services: {
      ...services,
      renditionRows: {
        ...services.renditionRows,
        clear: () => Promise.reject(new Error('killed')),
      },
    },
  }
  await mark(dying, id, 'TOP-SECRET')
  expect(told).toEqual([])
  time += 3_600_000
  await sweep(services, 60_000)
  expect(told).toContain(`Bluelamp.FootageIsolated ${id}`)
  expect(await services.catalogue.get(id)).toMatchObject({ state: 'secured', renditions: [] })
})

it('takes away what is rendered too late', async () => {
  const { services } = composed
  const id = await rendered()
  await mark(composed, id, 'SECRET')
  const [blob, name] = [`${id}/poster/a.jpg`, `${id}/poster/a.manifest.json`]
  await services.renditions.putBytes(blob, Buffer.from('x'), 'image/jpeg')
  await services.renditions.putManifest(name, {
    schemaVersion: 1,
    work: 'poster',
    footageId: id,
    sourceSha256: SHA256,
    poster: { blob, sha256: SHA256, width: 1, height: 1, atSeconds: 0 },
  })
  await indexRendition(services, { footageId: id, manifest: name })
  expect(await blobsOf('renditions', id)).toEqual([])
  expect(await services.catalogue.get(id)).not.toHaveProperty('poster')
})
