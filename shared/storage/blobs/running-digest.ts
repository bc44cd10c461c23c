import { createHash } from 'node:crypto'
import { ThreadDigest } from './thread-digest.ts'

/** A SHA-256 over bytes that come piece by piece, perhaps to be taken up by another worker. */
export type RunningDigest = AsyncDisposable & {
  /** Takes the next bytes; when it resolves their memory may be used again. */
  update(bytes: Uint8Array): Promise<void>
  /** What another worker needs to go on, in base64. Ends the use of this one. */
  state(): Promise<string>
  /** The digest in hexadecimal. Ends the use of this one. */
  hex(): Promise<string>
}

/** A digest for one worker, at Node's speed. Node cannot hand on its state. */
export function nodeDigest(): RunningDigest {
  const hash = createHash('sha256')
  return {
    async update(bytes) {
      hash.update(bytes)
    },
    async state() {
      throw new Error('This digest cannot be handed on.')
    },
    async hex() {
      return hash.digest('hex')
    },
    async [Symbol.asyncDispose]() {},
  }
}

/**
 * A digest that workers hand on; `state` is where the last one stopped. It takes several times as
 * long as Node's, so it has a thread of its own, which runs until it is disposed of.
 */
export const resumableDigest = (state: string | null): RunningDigest => new ThreadDigest(state)
