import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import {
  type FootageId,
  footageIdSchema,
  PLAYABLE_KINDS,
  type PlayableKind,
} from '../footage/ids.ts'
import { findPart, originalPartSchema } from '../footage/parts.ts'
import { posterSchema } from '../footage/renditions.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { inParallel } from '../in-parallel.ts'
import { chunkResultSchema, descentSchema, streamOutputSchema } from '../media/chunk-result.ts'
import { statementOf } from '../media/statement.ts'
import type { Services } from '../services.ts'
import { isSheet, type SheetRow, type StreamRow } from '../storage/tables/rendition-rows.ts'

/** How one chunk of a rendition came about. */
const chunkProvenanceSchema = z.object({
  chunk: z.int().nonnegative(),
  startSeconds: z.number().describe('from the start of the recording'),
  endSeconds: z.number(),
  sourceSha256: sha256Schema.describe('of the original that it was made of'),
  tool: chunkResultSchema.shape.tool,
  output: streamOutputSchema.pick({ bytes: true, sha256: true }),
  video: streamOutputSchema.shape.video,
  descent: descentSchema
    .nullable()
    .describe('how its pictures were compared with the original; null: they are encoded'),
})
export type ChunkProvenance = z.infer<typeof chunkProvenanceSchema>

/** How one sheet of the storyboard came about. */
const sheetProvenanceSchema = chunkProvenanceSchema.omit({ video: true, descent: true })

/** What every rendition of a recording was made of, by what, and what came out. */
export const provenanceSchema = z.object({
  id: footageIdSchema,
  original: originalPartSchema.pick({
    sha256: true,
    sha256Declared: true,
    size: true,
    versionId: true,
  }),
  renditions: z.array(
    z.object({
      kind: z.enum(PLAYABLE_KINDS),
      statement: z.string().describe('what one is watching'),
      chunks: z.array(chunkProvenanceSchema),
    }),
  ),
  storyboard: z.array(sheetProvenanceSchema),
  poster: posterSchema.omit({ blob: true }).extend({ sourceSha256: sha256Schema }).optional(),
})
export type Provenance = z.infer<typeof provenanceSchema>

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
  const { footage } = await admit(services, visitor, 'view', id)
  return recordedProvenance(services, footage)
}

/**
 * As provenanceOf, once it is decided who may have it.
 * @throws BluelampError `conflict` before it is rendered
 */
export async function recordedProvenance(
  services: Services,
  footage: Footage,
): Promise<Provenance> {
  const { renditionRows, renditions } = services
  const { id } = footage
  const { sha256, sha256Declared, size, versionId } = renderedOriginal(footage)
  const plan = await renditions.readPlan(id)
  const found: Provenance['renditions'] = []
  for (const kind of PLAYABLE_KINDS) {
    const rows = await renditionRows.list(id, kind)
    const chunks = await inParallel(AT_A_TIME, rows, (row) => chunkOf(renditions, kind, row))
    found.push({ kind, statement: statementOf(kind, plan), chunks })
  }
  const sheets = (await renditionRows.listStoryboard(id)).filter(isSheet)
  const storyboard = await inParallel(AT_A_TIME, sheets, (row) => sheetOf(renditions, row))
  return {
    id,
    original: { sha256, sha256Declared, size, versionId },
    renditions: found,
    storyboard,
    ...(footage.poster && { poster: posterOf(footage.poster, sha256) }),
  }
}

/** @throws BluelampError `conflict` before anything is rendered */
export function renderedOriginal(footage: Footage) {
  const original = findPart(footage, 'recording')?.original
  if (original && footage.renditions.length > 0) return original
  throw new BluelampError('conflict', `Nothing is rendered of it yet: it is ${footage.state}.`)
}

/** No poster of other bytes than the original's is ever published. */
const posterOf = ({ blob: _, ...poster }: z.infer<typeof posterSchema>, sourceSha256: string) => ({
  ...poster,
  sourceSha256,
})

async function manifestOf(
  renditions: Services['renditions'],
  { chunk, manifest: name }: StreamRow | SheetRow,
) {
  const manifest = await renditions.readManifest(name)
  if (manifest?.work === 'chunk') return manifest
  throw new BluelampError('damaged-record', `The manifest of chunk ${chunk} is not there any more.`)
}

async function chunkOf(
  renditions: Services['renditions'],
  kind: PlayableKind,
  row: StreamRow,
): Promise<ChunkProvenance> {
  const { made, descent } = await pieceOf(renditions, row)
  return { ...made, video: row.output.video, descent: kind === 'copy' ? descent : null }
}

const sheetOf = async (renditions: Services['renditions'], row: SheetRow) =>
  (await pieceOf(renditions, row)).made

/** What one job made of a chunk, of what and by what, and whether it descends from that. */
async function pieceOf(renditions: Services['renditions'], row: StreamRow | SheetRow) {
  const { result, sourceSha256 } = await manifestOf(renditions, row)
  const { startSeconds, endSeconds, bytes, sha256 } = row.output
  const { tool, descent } = result
  const output = { bytes, sha256 }
  return {
    made: { chunk: row.chunk, startSeconds, endSeconds, sourceSha256, tool, output },
    descent,
  }
}
