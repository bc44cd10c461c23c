import { createHash } from 'node:crypto'
import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { comparedForm } from '../media/chunk/descent.ts'
import { CopyHash, hashCommandForPeople, hashOriginal } from '../media/chunk/hash-packets.ts'
import { renderChunk } from '../media/chunk/render-chunk.ts'
import { descentSchema, streamOutputSchema } from '../media/chunk-result.ts'
import { NOWHERE } from '../media/output-sink.ts'
import type { RenditionPlan } from '../media/plan.ts'
import type { Services } from '../services.ts'
import { renderedOriginal } from './provenance.ts'

/** What a new look at one chunk of the copy found, beside what was recorded when it was made. */
export const descentCheckSchema = z.object({
  chunk: z.int().nonnegative(),
  fileUnchanged: z.boolean().describe('the file that is played is the one that was made'),
  packetsAreTheOriginals: z
    .boolean()
    .describe('its pictures are the packets of the original, read once more'),
  recorded: streamOutputSchema.pick({ sha256: true, video: true }),
  found: streamOutputSchema.pick({ sha256: true, video: true }),
})
export type DescentCheck = z.infer<typeof descentCheckSchema>

/** What a new look at the whole of a stream copy found. */
export const wholeDescentCheckSchema = z.object({
  chunks: z.int().positive(),
  changedFiles: z.array(z.int()).describe('chunks whose file is not the one that was made'),
  packetsAreTheOriginals: z
    .boolean()
    .describe('the pictures of all files together are the packets of the original'),
  form: descentSchema.shape.form,
  copy: streamOutputSchema.shape.video
    .pick({ packets: true, sha256: true })
    .describe('SHA-256 over the packets of pictures, from the first to the last'),
  original: z.object({ sha256: sha256Schema }),
  repeatWith: z.string().describe('how anybody who has the original gets the same hash'),
})
export type WholeDescentCheck = z.infer<typeof wholeDescentCheckSchema>

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
  refuseEncoded(plan)
  const digest = createHash('sha256')
  for await (const bytes of await renditions.read(row.blob, signal)) digest.update(bytes)
  const { copy } = await renderChunk({
    source: await headers.open(original.blob, originals.source(original), signal),
    tools: await mediaTools(),
    plan,
    chunk: planned,
    wanted: { copy: true, proxy: false, storyboard: false },
    openOutput: () => NOWHERE,
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

/**
 * Proves the descent of a whole stream copy anew: all files that are played, and the original, are
 * read from beginning to end, each in a way of its own.
 * @throws BluelampError `not-found` if refused or missing; `conflict` if the copy is re-encoded or
 * not complete; `unavailable` if it takes longer than `wallMs`
 */
export async function checkWholeDescent(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  wallMs: number,
): Promise<WholeDescentCheck> {
  const { renditionRows, renditions, originals, mediaTools } = services
  const { footage } = await admit(services, visitor, 'view', id)
  const original = renderedOriginal(footage)
  const [plan, rows, tools] = await Promise.all([
    renditions.readPlan(id),
    renditionRows.list(id, 'copy'),
    mediaTools(),
  ])
  refuseEncoded(plan)
  if (rows.length !== plan.chunks.length) {
    throw new BluelampError(
      'conflict',
      'Not every part of its copy is there: check them one by one.',
    )
  }
  const signal = AbortSignal.timeout(wallMs)
  try {
    const copy = new CopyHash(plan)
    const changedFiles: number[] = []
    for (const { chunk, blob, output } of rows) {
      const sha256 = await copy.add(await renditions.read(blob, signal))
      if (sha256 !== output.sha256) changedFiles.push(chunk)
    }
    const found = copy.finish()
    const source = originals.source(original)
    const { packets } = found
    const sha256 = await hashOriginal({ source, tools, plan, packets, wallMs, signal })
    return {
      chunks: rows.length,
      changedFiles,
      packetsAreTheOriginals: found.sha256 === sha256,
      form: comparedForm(plan.media),
      copy: found,
      original: { sha256 },
      repeatWith: hashCommandForPeople(plan),
    }
  } catch (error) {
    if (!signal.aborted) throw error
    throw new BluelampError(
      'unavailable',
      `It is too long to be checked in ${wallMs / 1000} s: check its ${rows.length} chunks one by one.`,
      { cause: error },
    )
  }
}

function refuseEncoded({ copy }: RenditionPlan): void {
  if (copy.video.method === 'copied') return
  throw new BluelampError('conflict', 'Its pictures are re-encoded: they have other packets.')
}
