const MINUTE_MS = 60_000

/**
 * How often one caller may make expensive calls: so many at once, and after that at the pace of so
 * many in that time. A limit is for whoever means no harm and errs, and slows down whoever does mean
 * harm; what they may see is decided elsewhere.
 *
 * `everywhere`: counted in a table, the same on every instance, at the price of reading and writing
 * one row. `per-instance`: counted in memory for nothing, where the call itself is but a few reads;
 * with several instances a caller gets several times as much.
 */
export const RATE_LIMITS = {
  search: { calls: 300, withinMs: MINUTE_MS, counted: 'per-instance' },
  'open-playback': { calls: 60, withinMs: MINUTE_MS, counted: 'everywhere' },
  export: { calls: 60, withinMs: 10 * MINUTE_MS, counted: 'everywhere' },
  'check-provenance': { calls: 60, withinMs: 10 * MINUTE_MS, counted: 'everywhere' },
  'read-audit': { calls: 120, withinMs: MINUTE_MS, counted: 'everywhere' },
  'unusual-access': { calls: 30, withinMs: MINUTE_MS, counted: 'everywhere' },
  // Whoever asked without end would bury what others ask for in an emergency.
  'break-glass': { calls: 40, withinMs: 20 * MINUTE_MS, counted: 'everywhere' },
  'import-people': { calls: 30, withinMs: 60 * MINUTE_MS, counted: 'everywhere' },
  // Each call may wait for news, and looks for it all the while.
  'follow-progress': { calls: 240, withinMs: MINUTE_MS, counted: 'per-instance' },
  // Large answers: one who asks for many and reads none must not fill the memory of an instance.
  'play-texts': { calls: 120, withinMs: MINUTE_MS, counted: 'per-instance' },
  'read-api': { calls: 60, withinMs: MINUTE_MS, counted: 'per-instance' },
} as const satisfies Record<string, RateLimit>
export type LimitName = keyof typeof RATE_LIMITS

export type RateLimit = {
  calls: number
  withinMs: number
  counted: 'everywhere' | 'per-instance'
}

/** What is left to a caller after a call; or that there was nothing left, and when there will be. */
export type Allowance =
  | { allowed: true; remaining: number; fullAgainMs: number }
  | { allowed: false; retryAfterMs: number }

/**
 * Spends one call of a limit, by the generic cell rate algorithm (ITU-T I.371, annex A): all that it
 * remembers is one moment, at which everything that was spent will have come back.
 * @param spentUntil that moment after the last call, in ms; null: nothing was ever spent
 * @returns the moment from now on, and what is left. What is refused spends nothing.
 */
export function spend(
  { calls, withinMs }: Pick<RateLimit, 'calls' | 'withinMs'>,
  spentUntil: number | null,
  now: number,
): { spentUntil: number; allowance: Allowance } {
  const before = Math.max(spentUntil ?? now, now)
  const after = before + withinMs / calls
  const ahead = after - now
  if (ahead > withinMs) {
    return {
      spentUntil: before,
      allowance: { allowed: false, retryAfterMs: ahead - withinMs },
    }
  }
  const remaining = Math.floor(((withinMs - ahead) * calls) / withinMs)
  return { spentUntil: after, allowance: { allowed: true, remaining, fullAgainMs: ahead } }
}
