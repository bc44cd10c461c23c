import { isDeepStrictEqual } from 'node:util'

/** One thing that was looked at: what should be, and what is. */
export type Finding = { what: string; expected: string; seen: string; holds: boolean }

/** Collects what is looked at. A finding that does not hold is kept like any other, and told at the end. */
export type Checks = {
  findings: Finding[]
  /** Compares deeply. */
  equal(what: string, seen: unknown, expected: unknown): void
  /** For what cannot be compared: `expected` and `seen` are words for people. */
  holds(what: string, condition: boolean, expected: string, seen: string): void
}

/** @param tell is given each finding as it is made */
export function createChecks(tell: (finding: Finding) => void): Checks {
  const findings: Finding[] = []
  const holds: Checks['holds'] = (what, condition, expected, seen) => {
    const finding = { what, expected, seen, holds: condition }
    findings.push(finding)
    tell(finding)
  }
  return {
    findings,
    holds,
    equal: (what, seen, expected) =>
      holds(what, isDeepStrictEqual(seen, expected), wordsOf(expected), wordsOf(seen)),
  }
}

/** The demonstration cannot go on: what was expected, and what was seen instead. */
export class DemoError extends Error {
  override name = 'DemoError'
}

/** Values as a line for people: `plays 201, takes 404`. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(', ') || 'nothing'
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, of]) => `${name} ${wordsOf(of)}`)
    .join(', ')
}
