import { z } from 'zod'

/**
 * A value that stands in a path, as text. The host decodes a path except for `%2F`, and other hosts
 * leave it encoded: it is decoded once, so a schema behind this must not allow `%`.
 */
export const pathTextSchema = z.string().transform((text, context) => {
  try {
    return decodeURIComponent(text)
  } catch {
    context.addIssue('is not percent-encoded UTF-8')
    return z.NEVER
  }
})
