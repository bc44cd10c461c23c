import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RATE_LIMITS, spend } from '../../../shared/access/rate-limits.ts'

const LIMIT = { calls: 3, withinMs: 60_000 }

/** Which of the calls at these moments were allowed, in order. */
function allowedAt(moments: readonly number[], limit = LIMIT): number[] {
  let spentUntil: number | null = null
  return moments.filter((now) => {
    const spent = spend(limit, spentUntil, now)
    spentUntil = spent.spentUntil
    return spent.allowance.allowed
  })
}

it('gives so many calls at once, and says what is left', () => {
  let spentUntil: number | null = null
  const left = [0, 1, 2].map(() => {
    const spent = spend(LIMIT, spentUntil, 1_000)
    spentUntil = spent.spentUntil
    return spent.allowance
  })
  expect(left).toEqual([
    { allowed: true, remaining: 2, fullAgainMs: 20_000 },
    { allowed: true, remaining: 1, fullAgainMs: 40_000 },
    { allowed: true, remaining: 0, fullAgainMs: 60_000 },
  ])
  expect(spend(LIMIT, spentUntil, 1_000).allowance).toEqual({
    allowed: false,
    retryAfterMs: 20_000,
  })
})

it('gives the next call exactly when it said, and no earlier', () => {
  expect(allowedAt([0, 0, 0, 19_999, 20_000, 20_000])).toEqual([0, 0, 0, 20_000])
})

it('is not paid for by calls that were refused', () => {
  const refused = Array.from({ length: 50 }, (_, n) => 100 + n)
  expect(allowedAt([0, 0, 0, ...refused, 20_000])).toContain(20_000)
})

it('is whole again after its time, and no more than whole', () => {
  expect(allowedAt([0, 0, 0, 500_000, 500_000, 500_000, 500_000])).toHaveLength(6)
})

it('never gives more than the burst and what came back since, in whatever span', () => {
  const limits = fc.record({
    calls: fc.integer({ min: 1, max: 20 }),
    withinMs: fc.integer({ min: 1_000, max: 100_000 }),
  })
  const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 })
  fc.assert(
    fc.property(limits, gaps, (limit, all) => {
      let time = 0
      const moments = all.map((gap) => {
        time += gap
        return time
      })
      const allowed = allowedAt(moments, limit)
      for (const [start, first] of allowed.entries()) {
        for (const [since, last] of allowed.slice(start).entries()) {
          const cameBack = ((last - first) * limit.calls) / limit.withinMs
          // Moments are fractions of a millisecond, and add up with a rounding error.
          expect(since + 1).toBeLessThanOrEqual(limit.calls + cameBack + 1e-6)
        }
      }
    }),
  )
})

it('has limits that a person at work does not meet', () => {
  for (const { calls, withinMs } of Object.values(RATE_LIMITS)) {
    expect(calls).toBeGreaterThanOrEqual(30)
    expect(withinMs).toBeGreaterThanOrEqual(60_000)
  }
})
