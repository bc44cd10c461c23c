import { createHash } from 'node:crypto'
import { BluelampError, nothingHere } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import { type FootageId, PLAYABLE_KINDS, type PlayableKind } from '../footage/ids.ts'
import { findPart } from '../ingest/parts.ts'
import { renderChunk } from '../media/render-chunk.ts'
import { statementOf } from '../media/statement.ts'
import type { Services } from '../services.ts'
import type { StreamRow } from '../storage/rendition-rows.ts'
import { admit, type Visitor } from './admit.ts'

/** How one chunk of a rendition came about. */
export type ChunkProvenance = {
  chunk: number
  startSeconds: number
  endSeconds: number
  sourceSha256: string
  tool: { version: string; arguments: string[] }
  output: { bytes: number; sha256: string }
  video: StreamRow['output']['video']
}

/** What every rendition of a recording was made of, by what, and what came out. */
export type Provenance = {
  id: FootageId
  original: { sha256: string; sha256Declared: boolean; size: number; versionId: string | null }
  renditions: { kind: PlayableKind; statement: string; chunks: ChunkProvenance[] }[]
}

/** What a new look at one chunk of the copy found, beside what was recorded when it was made. */
export type DescentCheck = {
  chunk: number
  /** Whether the file that is played is still the one that was made. */
  fileUnchanged: boolean
  /** Whether its pictures are the packets of the original, read once more. */
  packetsAreTheOriginals: boolean
  recorded: { sha256: string; video: StreamRow['output']['video'] }
  found: { sha256: string; video: StreamRow['output']['video'] }
}

/** How many manifests are read at a time. */
const AT_A_TIME = 16

/**
 * The proof of descent of every rendition, as recorded when it was made.
 * @throws BluelampError `not-found` if refused or missing; `conflict` before it is rendered
 */
export async function provenanceOf(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<Provenance> {
  const { renditionRows, renditions } = services
  const { footage } = await admit(services, visitor, 'view', id)
  const { sha256, sha256Declared, size, versionId } = renderedOriginal(footage)
  const plan = await renditions.readPlan(id)
  const found: Provenance['renditions'] = []
  for (const kind of PLAYABLE_KINDS) {
    const rows = await renditionRows.list(id, kind)
    const chunks = await chunksOf(services, rows)
    found.push({ kind, statement: statementOf(kind, plan), chunks })
  }
  return { id, original: { sha256, sha256Declared, size, versionId }, renditions: found }
}

/**
 * Proves the descent of one chunk of a stream copy anew: reads its packets from the original once
 * more, and the file that is played.
 * @throws BluelampError `not-found` if refused or missing; `conflict` if the copy is re-encoded
 */
export async function checkDescent(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  chunk: number,
  signal: AbortSignal,
): Promise<DescentCheck> {
  const { renditionRows, renditions, originals, headers, mediaTools } = services
  const { footage } = await admit(services, visitor, 'view', id)
  const original = renderedOriginal(footage)
  const plan = await renditions.readPlan(id)
  const planned = plan.chunks[chunk]
  const row = (await renditionRows.list(id, 'copy')).find((candidate) => candidate.chunk === chunk)
  if (!planned || !row) throw nothingHere()
  if (plan.copy.video.method !== 'copied') {
    throw new BluelampError('conflict', 'Its pictures are re-encoded: they have other packets.')
  }
  const digest = createHash('sha256')
  for await (const bytes of await renditions.read(row.blob, signal)) digest.update(bytes)
  const { copy } = await renderChunk({
    source: await headers.open(original.blob, originals.source(original), signal),
    tools: await mediaTools(),
    plan,
    chunk: planned,
    wanted: { copy: true, proxy: false, storyboard: false },
    onOutput: async () => {},
    signal,
  })
  if (!copy) throw new Error(`Chunk ${chunk} was rendered again without a result.`)
  const recorded = { sha256: row.output.sha256, video: row.output.video }
  const found = { sha256: digest.digest('hex'), video: copy.video }
  return {
    chunk,
    fileUnchanged: found.sha256 === recorded.sha256,
    packetsAreTheOriginals: found.video.sha256 === recorded.video.sha256,
    recorded,
    found,
  }
}

function renderedOriginal(footage: Footage) {
  const original = findPart(footage, 'recording')?.original
  if (original && footage.renditions.length > 0) return original
  throw new BluelampError('conflict', `Nothing is rendered of it yet: it is ${footage.state}.`)
}

async function chunksOf({ renditions }: Services, rows: StreamRow[]): Promise<ChunkProvenance[]> {
  const chunks: ChunkProvenance[] = []
  for (let start = 0; start < rows.length; start += AT_A_TIME) {
    const some = rows.slice(start, start + AT_A_TIME)
    chunks.push(...(await Promise.all(some.map((row) => chunkOf(renditions, row)))))
  }
  return chunks
}

async function chunkOf(
  renditions: Services['renditions'],
  { chunk, manifest: name, output }: StreamRow,
): Promise<ChunkProvenance> {
  const manifest = await renditions.readManifest(name)
  if (manifest?.work !== 'chunk') {
    throw new BluelampError(
      'damaged-record',
      `The manifest of chunk ${chunk} is not there any more.`,
    )
  }
  const { startSeconds, endSeconds, bytes, sha256, video } = output
  return {
    chunk,
    startSeconds,
    endSeconds,
    sourceSha256: manifest.sourceSha256,
    tool: manifest.result.tool,
    output: { bytes, sha256 },
    video,
  }
}
