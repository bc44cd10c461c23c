import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Faults, faultsSchema, strike } from '../../../infra/local/event-grid/faults.ts'
import { seededRandom } from '../../../infra/local/event-grid/random.ts'

const none = faultsSchema.parse({})

/** Copies of each of so many events in a row. */
function run(faults: Faults, events: number, seed: number): number[] {
  const random = seededRandom(seed)
  const copies: number[] = []
  for (let left = faults; copies.length < events; ) {
    const fate = strike(left, random)
    left = fate.remaining
    copies.push(fate.copies)
  }
  return copies
}

describe('strike', () => {
  it('leaves events alone when no fault is set', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { copies, delayMs, remaining } = strike(none, seededRandom(seed))
        return copies === 1 && delayMs === 0 && remaining.drop.next === 0
      }),
    )
  })

  it('drops exactly the next n, then duplicates exactly the next m', () => {
    const few = fc.integer({ min: 0, max: 5 })
    fc.assert(
      fc.property(few, few, fc.integer(), (n, m, seed) => {
        const faults = faultsSchema.parse({ drop: { next: n }, duplicate: { next: m } })
        const expected = [...Array(n).fill(0), ...Array(m).fill(2), 1, 1]
        expect(run(faults, expected.length, seed)).toEqual(expected)
      }),
    )
  })

  it('strikes about as often as its rate says', () => {
    const copies = run(faultsSchema.parse({ drop: { rate: 0.3 } }), 10_000, 1)
    const dropped = copies.filter((count) => count === 0).length
    expect(dropped).toBeGreaterThan(2_700)
    expect(dropped).toBeLessThan(3_300)
  })

  it('delays within its range', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.integer(), (least, width, seed) => {
        const faults = faultsSchema.parse({ delayMs: [least, least + width] })
        const { delayMs } = strike(faults, seededRandom(seed))
        return delayMs >= least && delayMs <= least + width
      }),
    )
  })
})

it.each([{ drop: { rate: 1.1 } }, { delayMs: [5, 1] }, { dropp: {} }, { reorder: { gather: -1 } }])(
  'faultsSchema refuses %o',
  (faults) => {
    expect(faultsSchema.safeParse(faults).success).toBe(false)
  },
)
