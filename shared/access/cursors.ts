import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { BluelampError } from '../errors.ts'

/**
 * Cursors of result lists: where the last page ended, sealed and bound to the caller and the query,
 * so that nobody can make one up, carry one over, or read in it. A page may end at a recording that
 * the caller may not see; its id must not stand in the cursor for all to read.
 */
export type Cursors = {
  seal(position: string, binding: CursorBinding): string
  /** @throws BluelampError `invalid-request` for a cursor that is not of this caller and query */
  open(cursor: string, binding: CursorBinding): string
}

/** Whom and what a cursor is good for. */
export type CursorBinding = { oid: string; query: string }

/** AES in Galois/Counter Mode (NIST SP 800-38D) with a random nonce of 96 bits. */
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function createCursors(key: Uint8Array): Cursors {
  const cursorKey = createHash('sha256').update('cursor').update(key).digest()
  return {
    seal(position, binding) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, cursorKey, nonce).setAAD(textOf(binding))
      const sealed = Buffer.concat([cipher.update(position, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url')
      const [nonce, tag, sealed] = [
        bytes.subarray(0, NONCE_BYTES),
        bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
        bytes.subarray(NONCE_BYTES + TAG_BYTES),
      ]
      try {
        const decipher = createDecipheriv(CIPHER, cursorKey, nonce, { authTagLength: TAG_BYTES })
        decipher.setAAD(textOf(binding)).setAuthTag(tag)
        return decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw new BluelampError('invalid-request', 'The cursor is not one of this list.', {
          cause,
          errors: [{ field: 'cursor', message: 'repeat the query without it' }],
        })
      }
    },
  }
}

const textOf = ({ oid, query }: CursorBinding): Buffer => Buffer.from(JSON.stringify([oid, query]))
