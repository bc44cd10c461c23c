import type { FootageSource } from '../source.ts'

/** Raised where more of a recording is asked for than may be read. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError'
}

/**
 * A recording of which `bytes` may be read in all, however often and by however many readers at
 * once. A read that goes beyond gives what is left, then throws.
 */
export function withinBudget(
  source: FootageSource,
  bytes: number,
): { within: FootageSource; left: () => number } {
  let left = bytes
  const within: FootageSource = {
    size: source.size,
    async *read(start, endExclusive, signal) {
      const given = Math.min(endExclusive - start, left)
      // Set aside at once, for another may be reading; what this one leaves is given back.
      left -= given
      let unread = given
      try {
        for await (const piece of source.read(start, start + given, signal)) {
          unread -= piece.length
          yield piece
        }
      } finally {
        left += unread
      }
      if (start + given < endExclusive)
        throw new BudgetSpentError(`${bytes} bytes were read, and no more may be.`)
    },
  }
  return { within, left: () => left }
}
