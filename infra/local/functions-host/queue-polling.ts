/** The shortest time between two looks at a queue. */
const MIN_POLLING_INTERVAL_MS = 100
/** Each delay is up to this much shorter or longer, so that many hosts do not poll in step. */
const RANDOMIZATION = 0.2

/**
 * How long to wait before the next look at a queue that had nothing for the `emptyPolls`-th time
 * in a row: doubling from 100 ms to the maximum.
 * @param random a number in [0, 1)
 */
export function pollingDelayMs(emptyPolls: number, maxMs: number, random: number): number {
  const step = MIN_POLLING_INTERVAL_MS * (1 + RANDOMIZATION * (2 * random - 1))
  const delay = MIN_POLLING_INTERVAL_MS + step * (2 ** Math.max(0, emptyPolls - 1) - 1)
  return Math.min(maxMs, delay)
}
