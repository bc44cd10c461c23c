import { z } from 'zod'
import { type Footage, footageSchema } from './footage.ts'

/** What decides who may list a recording. */
const guardsSchema = footageSchema.pick({
  marking: true,
  restrictions: true,
  officer: true,
  unit: true,
  borough: true,
  references: true,
  grants: true,
})
export type Guards = z.infer<typeof guardsSchema>

/** What a result list shows, and what a decision on it needs. */
export const summarySchema = footageSchema
  .pick({
    id: true,
    revision: true,
    state: true,
    camera: true,
    durationSeconds: true,
    category: true,
    urgent: true,
    cameraUnassigned: true,
    changedAt: true,
  })
  .extend({
    ...guardsSchema.shape,
    recordedAt: z.iso.datetime(),
    becoming: z
      .array(guardsSchema)
      .optional()
      .describe(
        'changes of who may list it that are under way: who may not by one of them, may not',
      ),
  })
export type Summary = z.infer<typeof summarySchema>

/** What the index tells of a recording, the same under every key. */
export const summarise = (footage: Footage): Summary =>
  summarySchema.parse({ ...footage, recordedAt: footage.clock.recordedAt })

/** What guards a recording, apart from all else. */
export const guardsOf = (footage: Footage): Guards => guardsSchema.parse(footage)
