import { z } from 'zod'

/**
 * What people write for people to read: a reason, a category, a name. No control characters but tabs
 * and line breaks, and nothing that turns the direction of what stands around it: text on record must
 * read the same in every system that it is shown in.
 * https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
 */
export const freeTextSchema = (length: { min: number; max: number }) =>
  z
    .string()
    .trim()
    .min(length.min)
    .max(length.max)
    .regex(
      /^(?:[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]|[\t\n\r])*$/u,
      'leave out control characters, and those that turn the direction of text',
    )
