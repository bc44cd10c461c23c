import { z } from 'zod'

/** A SHA-256 digest in lower-case hexadecimal (FIPS 180-4). */
export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 digest: 64 hexadecimal digits')
  .meta({
    description: 'SHA-256, lower-case hexadecimal',
    examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  })
