import { z } from 'zod'
import { type Oid, oidSchema } from '../clearance/person.ts'
import { digestOf, GENESIS } from './canonical.ts'

/** By what an entry came to be as it is. */
const CHANGE_CAUSES = ['entered', 'imported', 'assigned', 'issued', 'withdrawn'] as const

/** One change of an entry, chained to the one before it. */
export const registerChangeSchema = z.object({
  schemaVersion: z.literal(1),
  sequence: z.int().positive(),
  at: z.iso.datetime(),
  by: oidSchema,
  cause: z.enum(CHANGE_CAUSES).describe('by what the entry came to be so'),
  reason: z.string().optional().describe('why, in the words of who changed it'),
  entry: z.unknown(),
  previous: z.string().describe('hash of the change before; 64 zeros: the first'),
  hash: z.string().describe('SHA-256 over the canonical JSON (RFC 8785) of the rest'),
})

/** One change of an entry, with the entry as it was from then on. */
export type RegisterChange<T> = Omit<z.infer<typeof registerChangeSchema>, 'entry'> & { entry: T }

/** Who changes an entry, by what, and why. */
export type Author = { by: Oid; cause: (typeof CHANGE_CAUSES)[number]; reason?: string }

/** The change that follows `last` (null: the first) in the history of an entry. */
export function nextChange<T>(
  last: RegisterChange<unknown> | null,
  entry: T,
  { by, cause, reason }: Author,
  at: Date,
): RegisterChange<T> {
  const unsealed = {
    schemaVersion: 1 as const,
    sequence: (last?.sequence ?? 0) + 1,
    at: at.toISOString(),
    by,
    cause,
    ...(reason !== undefined && { reason }),
    entry,
    previous: last?.hash ?? GENESIS,
  }
  return { ...unsealed, hash: digestOf(unsealed) }
}

/** Whether changes, the first one first, are a chain without a gap, each as it was written. */
export function isWhole(changes: readonly RegisterChange<unknown>[]): boolean {
  let previous = GENESIS
  for (const [index, { hash, ...unsealed }] of changes.entries()) {
    if (unsealed.sequence !== index + 1 || unsealed.previous !== previous) return false
    if (digestOf(unsealed) !== hash) return false
    previous = hash
  }
  return true
}
