import { quantile } from './quantile.ts'
import type { Bench } from './row.ts'

/** Calls of each before any is counted: connections are opened, code is compiled. */
const WARM_UP_CALLS = 10

/**
 * Times single calls, one of each by turns, so that what else the machine does meets all alike.
 * @returns milliseconds of every call
 */
export async function timesByTurns(
  { say, quick }: Bench,
  calls: number,
  variants: Record<string, () => Promise<void>>,
): Promise<Map<string, number[]>> {
  const times = new Map(Object.keys(variants).map((name) => [name, [] as number[]]))
  const warmUp = quick ? 1 : WARM_UP_CALLS
  for (let n = -warmUp; n < calls; n++) {
    for (const [name, call] of Object.entries(variants)) {
      const began = performance.now()
      await call()
      if (n >= 0) times.get(name)?.push(performance.now() - began)
    }
  }
  for (const [name, each] of times) say(`${name}: p50 ${quantile(each, 0.5).toFixed(2)} ms`)
  return times
}
