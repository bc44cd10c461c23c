import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CAMDEN_INVESTIGATOR } from './people.ts'
import type { Stage } from './stage.ts'

/** An investigator takes the original; its bytes are the file's. */
export async function takeOriginal(stage: Stage, id: string, file: string): Promise<string> {
  const { checks, client } = stage
  const taken = await client.post<{ url: string; sha256: string }>(
    CAMDEN_INVESTIGATOR,
    `/footage/${id}/original`,
    { reason: 'demonstration' },
  )
  const bytes = await (await fetch(taken.url)).bytes()
  const expected = sha256(await readFile(file))
  checks.equal('SHA-256 of the original as taken', sha256(bytes), expected)
  checks.equal('SHA-256 that comes with it', taken.sha256, expected)
  return `SHA-256 ${taken.sha256.slice(0, 12)}…`
}

/** In lower-case hexadecimal. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')
