import { isDeepStrictEqual } from 'node:util'

/** One thing that was looked at: what should be, what is, and when it was seen. */
export type Finding = {
  what: string
  expected: string
  seen: string
  holds: boolean
  /** Seconds since the demonstration began. */
  at: number
}

/** Collects what is looked at. A finding that does not hold is kept like any other, and told at the end. */
export type Checks = {
  findings: Finding[]
  /** Compares deeply. */
  equal(what: string, seen: unknown, expected: unknown): void
  /** For what cannot be compared: `expected` and `seen` are words for people. */
  holds(what: string, condition: boolean, expected: string, seen: string): void
}

/** @param tell is given each finding as it is made */
export function createChecks(seconds: () => number, tell: (finding: Finding) => void): Checks {
  const findings: Finding[] = []
  const holds: Checks['holds'] = (what, condition, expected, seen) => {
    const finding = { what, expected, seen, holds: condition, at: seconds() }
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

const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
