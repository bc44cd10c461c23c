import { z } from 'zod'

/** A header that may be absent: null then. What its absence means is for the domain to say. */
export const optionalHeaderSchema = z
  .string()
  .optional()
  .transform((value) => value ?? null)

/** Which version a change rests on (RFC 9110, section 13.1.1). */
export const ifMatch = {
  'if-match': optionalHeaderSchema.describe('the ETag of what was read'),
}
