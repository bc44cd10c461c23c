import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** What stands for the predecessor of the first record of a hash chain. */
export const GENESIS = '0'.repeat(64)

/** The canonical JSON (RFC 8785) of a value, in UTF-8: what is hashed and timestamped. */
export const canonicalBytes = (value: unknown): Buffer => Buffer.from(canonicalize(value) ?? '')

/** SHA-256 over the canonical JSON of a value, in lower-case hexadecimal. */
export const digestOf = (value: unknown): string =>
  createHash('sha256').update(canonicalBytes(value)).digest('hex')
