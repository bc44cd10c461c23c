import { z } from 'zod'
import { type PartName, partNameSchema } from './ids.ts'
import { sha256Schema } from './sha256.ts'

const instant = z.iso.datetime()
const count = z.int().nonnegative()

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

/** A recording, as far as its parts go. */
type Parted = { parts: readonly Part[] }

/** The part of that name, if the dock declared it. */
export const findPart = ({ parts }: Parted, name: PartName): Part | undefined =>
  parts.find(({ part }) => part === name)

/** The parts with one of them changed. */
export const withPart = ({ parts }: Parted, changed: Part): Part[] =>
  parts.map((part) => (part.part === changed.part ? changed : part))

/** Whether the dock has to send a part: for the first time, or again after a mismatch. */
export const isWanted = (part: Part): boolean =>
  part.state === 'expected' || part.state === 'mismatched'

/** A camera may be wiped when every part that was declared is verified and immutable. */
export const mayWipe = ({ parts }: Parted): boolean =>
  parts.every(({ state }) => state === 'secured')
