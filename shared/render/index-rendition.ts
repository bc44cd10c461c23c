import type { Message } from '../events/messages.ts'
import type { FootageId } from '../footage/ids.ts'
import { findPart } from '../ingest/parts.ts'
import type { Services } from '../services.ts'
import type { Manifest } from './manifest.ts'
import { rollUp } from './roll-up.ts'

/**
 * Publishes what a manifest names, and brings the truth up to date. The first manifest of a chunk
 * or a poster wins; those of later attempts change nothing.
 */
export async function indexRendition(
  services: Services,
  { footageId: id, manifest: blob }: Omit<Message<'index-rendition'>, 'schemaVersion'>,
): Promise<void> {
  const { catalogue, renditions, log } = services
  const manifest = await renditions.readManifest(blob)
  const footage = await catalogue.get(id)
  if (manifest.sourceSha256 !== findPart(footage, 'recording')?.original?.sha256) {
    return log.error('a rendition is not of this original', { footageId: id, manifest: blob })
  }
  if (manifest.work === 'poster') {
    const { poster } = manifest
    await catalogue.change(id, (current) => (current.poster ? null : { poster }))
  } else {
    await publishChunk(services, id, blob, manifest)
    await rollUp(services, id)
  }
}

async function publishChunk(
  { renditionRows }: Services,
  id: FootageId,
  manifest: string,
  { blobs, result }: Extract<Manifest, { work: 'chunk' }>,
): Promise<void> {
  const row = { schemaVersion: 1 as const, chunk: result.index, manifest }
  for (const kind of ['copy', 'proxy'] as const) {
    const blob = blobs[kind]
    const output = result[kind]
    if (blob && output) await renditionRows.publish(id, kind, { ...row, blob, output })
  }
  if (blobs.storyboard && result.storyboard) {
    await renditionRows.publishStoryboard(id, {
      ...row,
      blob: blobs.storyboard,
      output: result.storyboard,
    })
  }
  await renditionRows.clearFailure(id, result.index)
}
