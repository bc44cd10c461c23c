import { isServable } from '../clearance/marking.ts'
import type { Work } from '../events/messages.ts'
import type { FootageId } from '../footage/ids.ts'
import { findPart } from '../footage/parts.ts'
import { isDisposed } from '../footage/state.ts'
import type { Manifest } from '../records/rendition-manifest.ts'
import type { Services } from '../services.ts'
import { rollUp } from './roll-up.ts'
import { stillMissing } from './still-missing.ts'

/**
 * Publishes what a manifest names, and brings the truth up to date. The first manifest of a chunk
 * or a poster wins; those of later attempts are removed with what they made.
 */
export async function indexRendition(
  services: Services,
  { footageId: id, manifest: blob }: Work<'index-rendition'>,
): Promise<void> {
  const { catalogue, renditions, log } = services
  const manifest = await renditions.readManifest(blob)
  // Its attempt came second, and that was found out before this event arrived.
  if (!manifest) return
  const footage = await catalogue.get(id)
  if (isDisposed(footage.state) || !isServable(footage.marking)) {
    // Made while it was taken away, or marked too high to be rendered: nobody is to find it.
    return renditions.remove([...blobsOf(manifest), blob])
  }
  if (manifest.sourceSha256 !== findPart(footage, 'recording')?.original?.sha256) {
    return log.error('a rendition is not of this original', { footageId: id, manifest: blob })
  }
  if (manifest.work === 'poster') {
    const won = await publishPoster(services, id, manifest)
    if (!won) await renditions.remove([manifest.poster.blob, blob])
  } else {
    const { lost, won } = await publishChunk(services, id, blob, manifest)
    await renditions.remove(won ? lost : [...lost, blob])
    await rollUp(services, id)
  }
}

const blobsOf = (manifest: Manifest): string[] =>
  manifest.work === 'poster'
    ? [manifest.poster.blob]
    : Object.values(manifest.blobs).filter((blob) => blob !== undefined)

/** Says whether this is the poster of the recording. */
async function publishPoster(
  { catalogue }: Services,
  id: FootageId,
  { poster }: Extract<Manifest, { work: 'poster' }>,
): Promise<boolean> {
  const footage = await catalogue.change(id, (current) => (current.poster ? null : { poster }))
  return footage.poster?.blob === poster.blob
}

/**
 * Gives back the blobs that will never be played, because another attempt was first, and says
 * whether this one was the first in anything.
 */
async function publishChunk(
  services: Services,
  id: FootageId,
  manifest: string,
  { blobs, result }: Extract<Manifest, { work: 'chunk' }>,
): Promise<{ lost: string[]; won: boolean }> {
  const { renditionRows } = services
  const row = { schemaVersion: 1 as const, chunk: result.index, manifest }
  const lost: string[] = []
  let won = false
  for (const kind of ['copy', 'proxy'] as const) {
    const blob = blobs[kind]
    const output = result[kind]
    if (!blob || !output) continue
    if (await renditionRows.publish(id, kind, { ...row, blob, output })) won = true
    else lost.push(blob)
  }
  if (blobs.storyboard && result.storyboard) {
    const sheet = { ...row, blob: blobs.storyboard, output: result.storyboard }
    if (await renditionRows.publishStoryboard(id, sheet)) won = true
    else lost.push(sheet.blob)
  } else if (result.noStoryboard !== null) {
    const none = { ...row, blob: null, output: null }
    if (await renditionRows.publishStoryboard(id, none)) won = true
  }
  await endFailure(services, id, result.index)
  return { lost, won }
}

/** A chunk's failure is over when all that was missing is published; the copy may come first. */
async function endFailure(services: Services, id: FootageId, chunk: number): Promise<void> {
  const { renditionRows } = services
  const failures = await renditionRows.listFailures(id)
  const failure = failures.find((each) => each.chunk === chunk)
  if (!failure || (await stillMissing(services, id, chunk, failure.renditions)).length > 0) return
  await renditionRows.clearFailure(id, chunk)
}
