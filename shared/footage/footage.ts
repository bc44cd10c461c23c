import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { boroughSchema, unitSchema } from '../clearance/boroughs.ts'
import { grantSchema, restrictionSchema } from '../clearance/decide.ts'
import { markingSchema } from '../clearance/marking.ts'
import { officerSchema, oidSchema } from '../clearance/person.ts'
import { referenceSchema } from '../clearance/references.ts'
import { recordedClockSchema } from './clock.ts'
import { footageIdSchema, partNameSchema } from './ids.ts'
import { disposalRuleSchema, retentionGroupSchema } from './retention-rules.ts'
import { footageStateSchema } from './state.ts'

const instant = z.iso.datetime()
const count = z.int().nonnegative()

/** A SHA-256 digest in lower-case hexadecimal (FIPS 180-4). */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest: 64 hexadecimal digits')
  .meta({
    description: 'SHA-256, lower-case hexadecimal',
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  })

/** A blob holds 50,000 blocks, and both docks and copies make them 8 MiB: some 390 GiB. */
const LARGEST_PART_BYTES = 50_000 * 8 * 1024 * 1024

/** What the dock says of the bytes of a part. A device that cannot hash says so with null. */
export const declaredPartSchema = z.strictObject({
  size: z.int().positive().max(LARGEST_PART_BYTES).describe('bytes'),
  sha256: z
    .string()
    .toLowerCase()
    .pipe(sha256Schema)
    .nullable()
    .describe('null: the device cannot give a hash'),
  contentType: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/, 'a media type such as video/mp4')
    .max(100)
    .meta({ description: 'media type', examples: ['video/mp4'] }),
})
export type DeclaredPart = z.infer<typeof declaredPartSchema>

/** Where the verified bytes of a part rest for good. */
export const originalPartSchema = z.object({
  blob: z.string(),
  etag: z.string(),
  versionId: z
    .string()
    .nullable()
    .describe('the only version ever read; null where storage keeps none'),
  size: count.describe('bytes'),
  sha256: sha256Schema,
  sha256Declared: z
    .boolean()
    .describe('false: the hash was measured on arrival, the device gave none'),
  landedEtag: z.string().describe('the ETag of the same bytes in landing'),
  securedAt: instant,
})
export type OriginalPart = z.infer<typeof originalPartSchema>

/** Why a part was not secured, and where its bytes are kept. */
const mismatchSchema = z.object({
  reason: z.enum(['size-differs', 'hash-differs']),
  declared: z.object({ size: count, sha256: sha256Schema.nullable() }),
  measured: z.object({ size: count, sha256: sha256Schema }),
  quarantineBlob: z.string(),
  at: instant,
})
export type Mismatch = z.infer<typeof mismatchSchema>

export const PART_STATES = ['expected', 'landed', 'mismatched', 'secured'] as const

/** A part of a recording on its way from the dock to rest. */
export const partSchema = z.object({
  part: partNameSchema,
  declared: declaredPartSchema,
  state: z.enum(PART_STATES),
  mismatches: z.array(mismatchSchema).describe('failed attempts, oldest first'),
  accepted: declaredPartSchema
    .pick({ size: true, sha256: true })
    .optional()
    .describe('bytes that a person released from quarantine although they were not as declared'),
  original: originalPartSchema.optional(),
})
export type Part = z.infer<typeof partSchema>

/** How far a rendition has come. `deferred`: made at first view. */
export const renditionProgressSchema = z.object({
  kind: z.enum(['copy', 'proxy']).describe('the master as it is, or a smaller proxy of it'),
  state: z
    .enum(['deferred', 'rendering', 'ready', 'failed'])
    .describe('deferred: made at first view'),
  chunks: count.describe('of which it is made'),
  finished: count.describe('chunks that can be played'),
  failure: z.string().optional(),
  atFirstView: z
    .literal(true)
    .optional()
    .describe('policy left it for the first viewer: the recording is ready without it'),
})
export type RenditionProgress = z.infer<typeof renditionProgressSchema>

/** The picture that stands for a recording in a result list. */
export const posterSchema = z.object({
  blob: z.string(),
  sha256: sha256Schema,
  width: count,
  height: count,
  atSeconds: z.number().nonnegative().describe('from the start of the recording'),
  tool: z
    .object({ version: z.string(), arguments: z.array(z.string()) })
    .optional()
    .describe('how it was made; absent in older posters'),
})

/** What of a recording's metadata can be corrected. */
export const CORRECTABLE_FIELDS = ['officer', 'unit', 'borough', 'recordedAt', 'category'] as const

/** A correction, with what stood there before it: the first of a field keeps what was received. */
const correctionSchema = z.object({
  field: z.enum(CORRECTABLE_FIELDS),
  from: z.string().nullable(),
  to: z.string().nullable(),
  by: oidSchema,
  at: instant,
  reason: z.string(),
  byRegister: z
    .literal(true)
    .optional()
    .describe('it follows the register of cameras, and changes with that'),
})
export type Correction = z.infer<typeof correctionSchema>

/** A named reason to keep a recording, until it is released. */
const holdSchema = z.object({
  name: unitSchema.meta({
    description: 'the name of a hold: lower-case words joined by hyphens',
    examples: ['iopc-2026-114'],
  }),
  reason: z.string(),
  by: oidSchema,
  at: instant,
})
export type Hold = z.infer<typeof holdSchema>

/** What a recording is in a case (Criminal Procedure and Investigations Act 1996, code of practice). */
export const CASE_STANDINGS = ['evidence', 'unused', 'sensitive-unused'] as const

/** How a recording stands in one case, and who reviewed that when. */
const caseMarkSchema = z.object({
  urn: z.string(),
  standing: z.enum(CASE_STANDINGS).describe('what it is in the case'),
  reviewer: officerSchema,
  reviewedOn: z.iso.date().describe('the day of the review'),
  by: oidSchema,
  at: instant,
})

/** That a recording is to be disposed of, or was. */
export const disposalSchema = z
  .object({
    rule: disposalRuleSchema,
    since: instant.describe('from when on the rule lets it go'),
    by: oidSchema.or(z.literal('service')),
    at: instant,
    reason: z.string(),
    notBefore: instant.describe('until then it can be called off'),
    begunAt: instant.optional().describe('when it was taken away'),
    erased: z
      .array(z.object({ part: partNameSchema, sha256: sha256Schema, size: count }))
      .optional()
      .describe('what is no more'),
  })
  .meta({ id: 'Disposal' })
export type Disposal = z.infer<typeof disposalSchema>

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
