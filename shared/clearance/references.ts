import { z } from 'zod'
import { pathTextSchema } from '../path-text.ts'

/** What ties a recording to police work: incident (CAD), crime number, case URN, exhibit. */
export const REFERENCE_TYPES = ['incident', 'crime', 'case-urn', 'exhibit'] as const

/** Escaped in a table key, a letter takes up to 9 characters, and a key holds 512. */
const LONGEST_VALUE = 50

/**
 * The value as people write it, reduced to one spelling: upper case, single spaces. Formats differ
 * between systems and years, and footage must not be refused for a typing error, so nothing
 * narrower is demanded.
 */
const referenceValueSchema = z
  .string()
  .transform((value) => value.normalize('NFC').trim().replace(/\s+/g, ' ').toUpperCase())
  .pipe(
    z
      .string()
      .min(1)
      .max(LONGEST_VALUE)
      .regex(/^[\p{L}\p{N}][\p{L}\p{N} ./_-]*$/u, 'use letters, digits and . / _ -'),
  )
  .meta({
    description: 'as people write it; kept in upper case, with single spaces',
    examples: ['2412345/26'],
  })

export const referenceSchema = z.strictObject({
  type: z.enum(REFERENCE_TYPES).meta({
    description: 'incident (CAD), crime number, case URN or exhibit',
    examples: ['crime'],
  }),
  value: referenceValueSchema,
})
export type Reference = z.infer<typeof referenceSchema>

/** A reference in a path, `…/{type}/{*value}`: values may hold slashes. */
export const referencePathSchema = referenceSchema.extend({
  value: pathTextSchema.pipe(referenceValueSchema).meta({
    description: 'the number or URN, percent-encoded: a slash in it may stand as %2F or as itself',
    examples: ['2412345/26'],
  }),
})

/** Reads `type:value` as it stands in a query string, for example `crime:2412345/26`. */
export const referenceQuerySchema = z
  .string()
  .transform((text, context) => {
    const [type, ...value] = text.split(':')
    if (value.length === 0) context.addIssue('write type:value, for example crime:2412345/26')
    return { type, value: value.join(':') }
  })
  .pipe(referenceSchema)
  .meta({ description: 'a reference, as type:value', examples: ['crime:2412345/26'] })
