import { setTimeout as wait } from 'node:timers/promises'

/** Time as Event Grid sees it; tests put a faster one in its place. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after so many milliseconds, rejects with an AbortError when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
}
