import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { boroughSchema, unitSchema } from '../clearance/boroughs.ts'
import { grantSchema, restrictionSchema } from '../clearance/guards.ts'
import { markingSchema } from '../clearance/marking.ts'
import { officerSchema, oidSchema } from '../clearance/person.ts'
import { referenceSchema } from '../clearance/references.ts'
import { caseMarkSchema } from './case-marks.ts'
import { recordedClockSchema } from './clock.ts'
import { correctionSchema } from './corrections.ts'
import { disposalSchema } from './disposal.ts'
import { holdSchema } from './holds.ts'
import { footageIdSchema } from './ids.ts'
import { partSchema } from './parts.ts'
import { posterSchema, renditionProgressSchema } from './renditions.ts'
import { retentionGroupSchema } from './retention-rules.ts'
import { footageStateSchema } from './state.ts'

const instant = z.iso.datetime()
const count = z.int().nonnegative()

/**
 * The truth about a recording: one row, one document. Index rows and answers to callers are derived
 * from it, and what is released is decided on it.
 */
export const footageSchema = z.object({
  schemaVersion: z.literal(1),
  id: footageIdSchema,
  revision: count.describe('grows by one with every change; index rows carry it'),
  edition: count
    .default(1)
    .describe('grows by one with every change of what people say of it; theirs rest on it'),
  state: footageStateSchema,
  camera: z
    .object({ serial: z.string(), firmware: z.string() })
    .describe('as the dock declared it'),
  sequence: count.describe('number of the recording on its camera'),
  officer: officerSchema,
  unit: unitSchema,
  borough: boroughSchema.optional(),
  dock: oidSchema,
  dockSite: z.string().describe('where it was docked'),
  clock: recordedClockSchema.describe('every time that was received, and the start that follows'),
  durationSeconds: z.number().nonnegative().describe('as declared; media has what was measured'),
  references: z.array(referenceSchema),
  category: z.string().optional().describe('what it shows, in the words of the force'),
  urgent: z.boolean().describe('whether it overtakes others'),
  marking: markingSchema,
  restrictions: z
    .array(restrictionSchema)
    .describe('each closes it to all but those with a grant in their own name'),
  grants: z.array(grantSchema).describe('access by name'),
  corrections: z.array(correctionSchema).default([]).describe('oldest first'),
  holds: z.array(holdSchema).default([]).describe('while there is one, it is not disposed of'),
  cases: z.array(caseMarkSchema).default([]).describe('what it is to which case'),
  retentionGroup: retentionGroupSchema
    .optional()
    .describe('how long to keep it, once somebody has reviewed it'),
  disposal: disposalSchema.optional(),
  cameraUnassigned: z
    .boolean()
    .default(false)
    .describe('nobody is on record as wearing the camera when it was recorded'),
  parts: z.array(partSchema),
  media: z
    .object({
      container: z.string(),
      durationSeconds: z.number(),
      video: z.object({ codec: z.string(), width: count, height: count }),
      audio: z.object({ codec: z.string() }).nullable(),
      note: z
        .string()
        .optional()
        .describe('what a viewer should know, such as where it ends early'),
    })
    .optional(),
  renditions: z.array(renditionProgressSchema).describe('what can be played'),
  poster: posterSchema.optional(),
  unplayable: z
    .object({ reason: z.string(), detail: z.string() })
    .optional()
    .describe('why it cannot be decoded'),
  failure: z
    .object({ stage: z.string(), at: instant, reason: z.string() })
    .optional()
    .describe('the last step that was given up, until it is driven again'),
  announced: z.string().optional().describe('what was last told to other systems'),
  alerted: markingSchema
    .optional()
    .describe('the marking too high for this cloud that other systems were last told of'),
  changedAt: instant.describe('the last change of anything here'),
})
export type Footage = z.infer<typeof footageSchema>

/** What people say of a recording, and what guards it. The rest follows from its bytes. */
const SAID_BY_PEOPLE = [
  'officer',
  'unit',
  'borough',
  'clock',
  'references',
  'category',
  'marking',
  'restrictions',
  'grants',
  'corrections',
  'holds',
  'cases',
  'retentionGroup',
  'disposal',
  'cameraUnassigned',
] as const satisfies (keyof Footage)[]

/** Whether people say the same of both: a change that rests on one rests on the other as well. */
export const isSameEdition = (a: Footage, b: Footage): boolean =>
  SAID_BY_PEOPLE.every((field) => isDeepStrictEqual(a[field], b[field]))
