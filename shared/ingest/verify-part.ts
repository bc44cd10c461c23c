import type { DeclaredPart, Mismatch, Part } from '../footage/parts.ts'

/** What was measured of the bytes that arrived. */
export type Measured = { size: number; sha256: string }

/**
 * Whether bytes are what was declared, or what a person has accepted instead: null if they are, else
 * how they differ from what was declared. Without a declared hash the size alone is compared, and
 * the record of the original says so.
 */
export function mismatchOf(
  { declared, accepted }: Pick<Part, 'declared' | 'accepted'>,
  measured: Measured,
): Mismatch['reason'] | null {
  if (accepted && difference(accepted, measured) === null) return null
  return difference(declared, measured)
}

function difference(
  expected: Pick<DeclaredPart, 'size' | 'sha256'>,
  measured: Measured,
): Mismatch['reason'] | null {
  if (expected.size !== measured.size) return 'size-differs'
  if (expected.sha256 !== null && expected.sha256 !== measured.sha256) return 'hash-differs'
  return null
}
