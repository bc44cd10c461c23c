import { median } from './quantile.ts'
import type { Bench } from './row.ts'
import { figure } from './section.ts'

/** What one run of a variant gave: named figures, the same ones each time. */
export type Sample = Record<string, number>

/**
 * Runs variants by turns, so that whatever else the machine does meets all of them alike, each
 * repetition beginning with another one.
 * @returns the medians of each variant's figures
 */
export async function interleaved<S extends Record<string, Sample>>(
  { say }: Bench,
  repetitions: number,
  variants: { [Name in keyof S]: () => Promise<S[Name]> },
): Promise<S> {
  const names = Object.keys(variants)
  const samples = new Map<string, Sample[]>(names.map((name) => [name, []]))
  for (let n = 0; n < repetitions; n++) {
    const turn = n % names.length
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const sample = await variants[name]?.()
      if (!sample) continue
      samples.get(name)?.push(sample)
      say(`${n + 1}/${repetitions} ${name}: ${figuresOf(sample)}`)
    }
  }
  return Object.fromEntries([...samples].map(([name, each]) => [name, mediansOf(each)])) as S
}

function mediansOf(samples: Sample[]): Sample {
  const keys = Object.keys(samples[0] ?? {})
  return Object.fromEntries(keys.map((key) => [key, median(samples.map((each) => each[key] ?? 0))]))
}

const figuresOf = (sample: Sample): string =>
  Object.entries(sample)
    .map(([name, value]) => `${name} ${figure(value)}`)
    .join(', ')
