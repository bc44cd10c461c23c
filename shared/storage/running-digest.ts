import { createHash } from 'node:crypto'
import { createSHA256 } from 'hash-wasm'

/** A SHA-256 over bytes that come piece by piece, perhaps to be taken up by another worker. */
export type RunningDigest = {
  update(bytes: Uint8Array): void
  /** What another worker needs to go on, in base64. Ends the use of this one. */
  state(): string
  /** The digest in hexadecimal. Ends the use of this one. */
  hex(): string
}

/** A digest for one worker, at Node's speed. Node cannot hand on its state. */
export function nodeDigest(): RunningDigest {
  const hash = createHash('sha256')
  return {
    update: (bytes) => void hash.update(bytes),
    state: () => {
      throw new Error('This digest cannot be handed on.')
    },
    hex: () => hash.digest('hex'),
  }
}

/** A digest that workers hand on, at a sixth of that speed; `state` is where the last one stopped. */
export async function resumableDigest(state: string | null): Promise<RunningDigest> {
  const hash = await createSHA256()
  if (state === null) hash.init()
  else hash.load(Buffer.from(state, 'base64'))
  return {
    update: (bytes) => void hash.update(bytes),
    state: () => Buffer.from(hash.save()).toString('base64'),
    hex: () => hash.digest('hex'),
  }
}
