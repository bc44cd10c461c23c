import { z } from 'zod'
import { footageSchema, type RenditionProgress } from '../footage/footage.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { failureRowSchema, type ProgressRow } from '../storage/rendition-rows.ts'
import { admit, type Visitor } from './admit.ts'

/** How far a recording has come. Asked again and again by waiting people, so it is not recorded. */
export const footageProgressSchema = footageSchema
  .pick({ id: true, state: true, renditions: true, unplayable: true })
  .extend({
    percent: z.int().min(0).max(100).describe('of all that policy asks for; it never goes back'),
    playable: z.boolean().describe('whether playback can begin'),
    failures: z.array(failureRowSchema.omit({ schemaVersion: true })),
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
    renditions,
    percent: percentOf(renditions, running),
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
 * One run over a chunk makes all its renditions, so what is running counts for each that is still
 * unfinished. What is noted of a chunk only grows, and so does what is finished.
 */
export function percentOf(renditions: RenditionProgress[], running: ProgressRow[]): number {
  const due = renditions.filter(({ state }) => state !== 'deferred')
  const chunks = due.reduce((sum, rendition) => sum + rendition.chunks, 0)
  if (chunks === 0) return 0
  const begun = running.reduce((sum, { fraction }) => sum + fraction, 0)
  const finished = due.reduce((sum, rendition) => sum + rendition.finished, 0)
  if (finished === chunks) return 100
  const done = due.reduce((sum, rendition) => sum + Math.max(rendition.finished, begun), 0)
  return Math.min(99, Math.floor((100 * done) / chunks))
}
