import { z } from 'zod'
import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { footageSchema } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import { type RenditionProgress, renditionProgressSchema } from '../footage/renditions.ts'
import type { Services } from '../services.ts'
import { failureRowSchema, type ProgressRow } from '../storage/tables/rendition-rows.ts'

const percentSchema = z.int().min(0).max(100).describe('it never goes back')

/** How far a recording has come. Asked again and again by waiting people, so it is not recorded. */
export const footageProgressSchema = footageSchema
  .pick({ id: true, state: true, renditions: true, unplayable: true })
  .extend({
    renditions: z.array(renditionProgressSchema.extend({ percent: percentSchema })),
    percent: percentSchema.describe('of what makes the recording ready; it never goes back'),
    playable: z.boolean().describe('whether playback can begin'),
    failures: z
      .array(failureRowSchema.omit({ schemaVersion: true }))
      .describe('chunks that could not be rendered'),
  })
export type FootageProgress = z.infer<typeof footageProgressSchema>

/** @throws BluelampError `not-found` if refused or missing */
export async function footageProgress(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<FootageProgress> {
  const { renditionRows } = services
  const { footage } = await admit(services, visitor, 'list', id)
  const [running, failures] = await Promise.all([
    renditionRows.listProgress(id),
    renditionRows.listFailures(id),
  ])
  const { state, renditions, unplayable } = footage
  return {
    id,
    state,
    renditions: renditions.map((each) => ({ ...each, percent: percentOf([each], running) })),
    percent: percentOf(
      renditions.filter(({ atFirstView }) => !atFirstView),
      running,
    ),
    playable: renditions.some(({ finished }) => finished > 0),
    failures: failures.map(({ chunk, renditions, reason, abandoned, at }) => ({
      chunk,
      renditions,
      reason,
      abandoned,
      at,
    })),
    ...(unplayable && { unplayable }),
  }
}

/**
 * How much of these renditions is done. What is noted of a chunk only grows, and so does what is
 * finished, whichever runs fail in between: hence it never goes back.
 */
export function percentOf(renditions: RenditionProgress[], running: ProgressRow[]): number {
  const due = renditions.reduce((sum, { chunks }) => sum + chunks, 0)
  if (due === 0) return 0
  const finished = renditions.reduce((sum, rendition) => sum + rendition.finished, 0)
  if (finished === due) return 100
  const done = renditions.reduce((sum, { kind, finished }) => {
    const ofThis = running.filter(({ rendition = kind }) => rendition === kind)
    return (
      sum +
      Math.max(
        finished,
        ofThis.reduce((begun, { fraction }) => begun + fraction, 0),
      )
    )
  }, 0)
  return Math.min(99, Math.floor((100 * done) / due))
}
