import { expect, it } from 'vitest'
import { BudgetSpentError, withinBudget } from '../../../../shared/media/running/byte-budget.ts'
import type { FootageSource } from '../../../../shared/media/source.ts'

const never = new AbortController().signal

/** A hundred bytes in pieces of ten; counts those that it gives. */
const counted = (): FootageSource & { given: number } => ({
  size: 100,
  given: 0,
  async *read(start, endExclusive) {
    for (let at = start; at < endExclusive; at += 10) {
      const piece = new Uint8Array(Math.min(10, endExclusive - at))
      this.given += piece.length
      yield piece
    }
  },
})

async function take(source: FootageSource, start: number, end: number): Promise<number> {
  let taken = 0
  for await (const piece of source.read(start, end, never)) taken += piece.length
  return taken
}

it('gives what is left, then says that it is spent', async () => {
  const source = counted()
  const { within, left } = withinBudget(source, 45)
  expect(await take(within, 0, 20)).toBe(20)
  expect(await take(within, 0, 20)).toBe(20)
  await expect(take(within, 50, 60)).rejects.toThrow(BudgetSpentError)
  await expect(take(within, 0, 1)).rejects.toThrow(BudgetSpentError)
  expect(source.given).toBe(45)
  expect(left()).toBe(0)
})

it('counts what was read of a range that was not read to its end', async () => {
  const { within, left } = withinBudget(counted(), 45)
  for await (const _ of within.read(0, 40, never)) break
  expect(left()).toBe(35)
})

it('is one for all that read at once', async () => {
  const source = counted()
  const { within } = withinBudget(source, 45)
  const readers = [0, 1, 2].map((n) => take(within, n * 20, n * 20 + 20))
  const ends = (await Promise.allSettled(readers)).map(({ status }) => status)
  expect(ends).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(source.given).toBe(45)
})
