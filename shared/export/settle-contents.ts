import { BluelampError } from '../errors.ts'
import { partFileName } from '../footage/file-names.ts'
import type { Footage } from '../footage/footage.ts'
import type { FootageId, PlayableKind } from '../footage/ids.ts'
import type { EvidencePackage } from '../records/evidence-package.ts'
import type { PackedFile, PackingList } from '../records/packing-list.ts'
import type { Services } from '../services.ts'
import { joinChunks } from './join-chunks.ts'

/**
 * The footage that goes into a package: the original first, its sidecars, then each rendition that
 * was asked for as one file.
 * @throws BluelampError `conflict` if something of it is not there
 */
export async function settleContents(
  services: Services,
  footage: Footage,
  { renditions, requestedAt }: Pick<EvidencePackage, 'renditions' | 'requestedAt'>,
  signal: AbortSignal,
): Promise<PackingList> {
  const files = originalsOf(footage)
  for (const kind of renditions) {
    files.push(await renditionOf(services, footage.id, kind, signal))
  }
  return { schemaVersion: 1, at: requestedAt, files }
}

/** @throws BluelampError `conflict` before the recording is secured */
export function originalsOf({ id, state, parts }: Footage): PackedFile[] {
  const secured = parts.flatMap(({ part, declared, original }) =>
    original ? [{ part, name: partFileName(id, part, declared.contentType), ...original }] : [],
  )
  if (!secured.some(({ part }) => part === 'recording')) {
    throw new BluelampError('conflict', `It is ${state}, not secured yet.`)
  }
  return secured
    .toSorted((one, other) => rank(one.part) - rank(other.part))
    .map(({ part, name, blob, etag, versionId, size, sha256 }) => ({
      name: `${part === 'recording' ? 'original' : 'sidecars'}/${name}`,
      size,
      sha256,
      sources: [{ from: 'original', blob, etag, versionId, size }],
    }))
}

const rank = (part: string): number => (part === 'recording' ? 0 : 1)

/** The published chunks of a rendition, all of them. @throws BluelampError `conflict` */
async function renditionOf(
  { renditionRows, renditions }: Services,
  id: FootageId,
  kind: PlayableKind,
  signal: AbortSignal,
): Promise<PackedFile> {
  const [plan, rows] = await Promise.all([renditions.readPlan(id), renditionRows.list(id, kind)])
  const [first] = rows
  if (!first || rows.length !== plan.chunks.length) {
    throw new BluelampError('conflict', `The ${kind} is not ready.`)
  }
  const range = { start: 0, end: first.output.initBytes }
  const initialisation = await renditions.read(first.blob, signal, range)
  return joinChunks(kind, rows, Buffer.concat(await Array.fromAsync(initialisation)))
}
