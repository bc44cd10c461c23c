import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import {
  type Allowance,
  type LimitName,
  RATE_LIMITS,
  type RateLimit,
  spend,
} from '../../access/rate-limits.ts'
import type { Oid } from '../../clearance/person.ts'
import { afterConflict } from '../contention.ts'
import { documentTable } from './documents.ts'

/** What callers have left of their limits. */
export type Allowances = {
  /** Spends one call of a limit, if there is one left. Who has no name shares it with all such. */
  spend(actor: Oid | null, name: LimitName): Promise<Allowance>
}

const spentSchema = z.object({ schemaVersion: z.literal(1), spentUntil: z.number() })

/** How often a row is tried that others write at the same time. They are the same caller's calls. */
const ATTEMPTS = 6
/** So many calls at once that none got through: the next second will do. */
const CROWDED: Allowance = { allowed: false, retryAfterMs: 1_000 }
/** Callers that one instance remembers. Who is forgotten begins anew. */
const REMEMBERED = 10_000

/** Kept in a partition a caller, a row a limit; in memory where it counts on this instance alone. */
export function createAllowances(
  table: TableClient,
  now: () => Date,
  limits: Record<LimitName, RateLimit> = RATE_LIMITS,
): Allowances {
  const rows = documentTable(table, spentSchema)
  const remembered = new Map<string, number>()

  const spendHere = (key: string, limit: RateLimit): Allowance => {
    const { spentUntil, allowance } = spend(limit, remembered.get(key) ?? null, now().getTime())
    // Set anew, so that those who called last are the last to be forgotten.
    remembered.delete(key)
    remembered.set(key, spentUntil)
    const [oldest] = remembered.keys()
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    return allowance
  }

  const spendEverywhere = async (actor: string, name: LimitName): Promise<Allowance> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stored = await rows.get(actor, name)
      const { spentUntil, allowance } = spend(
        limits[name],
        stored?.value.spentUntil ?? null,
        now().getTime(),
      )
      if (!allowance.allowed) return allowance
      const spent = { schemaVersion: 1 as const, spentUntil }
      const written = stored
        ? await rows.replace(actor, name, spent, stored.etag)
        : await rows.insert(actor, name, spent)
      if (written) return allowance
      await afterConflict(attempt)
    }
    return CROWDED
  }

  return {
    spend: async (named, name) => {
      const actor = named ?? 'anyone'
      return limits[name].counted === 'per-instance'
        ? spendHere(`${actor}:${name}`, limits[name])
        : spendEverywhere(actor, name)
    },
  }
}
