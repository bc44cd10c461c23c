import { z } from 'zod'
import { boroughSchema, unitSchema } from '../clearance/boroughs.ts'
import { officerSchema } from '../clearance/person.ts'
import { referenceSchema } from '../clearance/references.ts'
import { serialSchema } from '../footage/camera-issues.ts'
import { ABOUT_CATEGORY, categorySchema } from '../footage/category.ts'
import { reportedClockSchema } from '../footage/clock.ts'
import { SIDECAR_KINDS } from '../footage/ids.ts'
import { declaredPartSchema } from '../footage/parts.ts'

/** The longest recording that is planned for: a double shift. */
const LONGEST_SECONDS = 24 * 3600

/** What a dock says of a recording when it asks to upload it. Docks do not classify. */
export const uploadRequestSchema = z.strictObject({
  camera: z.strictObject({
    serial: serialSchema,
    firmware: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: 'its version', examples: ['1.18.3'] }),
  }),
  sequence: z.int().nonnegative().describe('number of the recording on this camera'),
  officer: officerSchema,
  unit: unitSchema,
  borough: boroughSchema.optional().describe('absent for units that belong to none'),
  dockSite: unitSchema.meta({ description: 'where the dock stands', examples: ['kentish-town'] }),
  clock: reportedClockSchema.describe('the clocks as device and dock have them'),
  durationSeconds: z.number().nonnegative().max(LONGEST_SECONDS).describe('as the device says'),
  recording: declaredPartSchema.describe('the bytes of the footage'),
  references: z
    .array(referenceSchema)
    .max(50)
    .default([])
    .describe('incidents, crimes, cases and exhibits that it belongs to'),
  category: categorySchema.optional().meta(ABOUT_CATEGORY),
  urgent: z.boolean().default(false).describe('true: it overtakes others'),
  sidecars: z
    .array(declaredPartSchema.extend({ kind: z.enum(SIDECAR_KINDS) }))
    .refine((all) => new Set(all.map(({ kind }) => kind)).size === all.length, 'one of each kind')
    .default([])
    .describe('files that come with the footage, one of each kind'),
})
export type UploadRequest = z.infer<typeof uploadRequestSchema>
