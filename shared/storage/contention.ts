import { setTimeout as delay } from 'node:timers/promises'

const FIRST_WAIT_MS = 20
const LONGEST_WAIT_MS = 1_000

/**
 * Waits before a conditional write that lost is tried again: a random time within a bound that
 * doubles, so that many writers of one row do not keep meeting.
 * @param attempt how often it has lost before, from 0
 */
export const afterConflict = (attempt: number): Promise<void> =>
  delay(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt))
