import type { z } from 'zod'
import { type Problem, problemSchema } from './contract.ts'
import { DockError } from './dock-error.ts'
import type { Answer } from './wire.ts'

/**
 * What a successful answer says.
 * @throws DockError `unexpected-answer` when it reports an error or is not as agreed.
 */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: Answer, what: string): T {
  if (answer.status >= 400) {
    const { title, detail = '' } = problemOf(answer)
    throw new DockError('unexpected-answer', `${what}: ${answer.status} ${title} ${detail}`.trim())
  }
  const parsed = schema.safeParse(jsonOf(answer))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new DockError('unexpected-answer', `${what} is not as agreed: ${faults.join('; ')}`)
}

/** The reason that an error answer gives (RFC 9457), or that it gives none. */
export function problemOf(answer: Answer): Problem {
  const parsed = problemSchema.safeParse(jsonOf(answer))
  return parsed.success ? parsed.data : { title: 'without a reason' }
}

/** A body that is no JSON fails the schema, whose message names the request. */
function jsonOf({ body }: Answer): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
