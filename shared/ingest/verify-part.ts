import type { DeclaredPart, Mismatch } from '../footage/footage.ts'

/** What was measured of the bytes that arrived. */
export type Measured = { size: number; sha256: string }

/**
 * Whether bytes are what was declared: null if they are, else why not. Without a declared hash the
 * size alone is compared, and the record of the original says so.
 */
export function mismatchOf(
  declared: Pick<DeclaredPart, 'size' | 'sha256'>,
  measured: Measured,
): Mismatch['reason'] | null {
  if (declared.size !== measured.size) return 'size-differs'
  if (declared.sha256 !== null && declared.sha256 !== measured.sha256) return 'hash-differs'
  return null
}
