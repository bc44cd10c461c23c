import { createHash } from 'node:crypto'
import type { FootageId } from '../../../shared/footage/ids.ts'
import type { Manifest } from '../../../shared/records/rendition-manifest.ts'
import { indexRendition } from '../../../shared/render/index-rendition.ts'
import { planFootage } from '../../../shared/render/plan-footage.ts'
import type { Services } from '../../../shared/services.ts'
import { footage, part } from '../../unit/footage-fixture.ts'
import { never } from '../media/support.ts'
import type { TestStorage } from '../storage-fixture.ts'

/** A recording at rest, planned. */
export async function plannedFootage(
  services: Services,
  storage: TestStorage,
  bytes: Buffer,
): Promise<FootageId> {
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

/** The manifests stored of a recording, by their names. */
export async function manifestsOf(
  services: Services,
  id: FootageId,
): Promise<[string, Manifest][]> {
  const names = await services.renditions.listManifests(id)
  return Promise.all(
    names.map(async (name): Promise<[string, Manifest]> => {
      const manifest = await services.renditions.readManifest(name)
      if (!manifest) throw new Error(`${name} is gone.`)
      return [name, manifest]
    }),
  )
}

/** What a manifest names. */
export const kindsOf = (manifest: Manifest): string[] =>
  manifest.work === 'chunk' ? Object.keys(manifest.blobs).sort() : [manifest.work]

/** As the events of all manifests that are stored would have it. */
export async function publishAll(services: Services, id: FootageId): Promise<void> {
  for (const [manifest] of await manifestsOf(services, id))
    await indexRendition(services, { footageId: id, manifest })
}
