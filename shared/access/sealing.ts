import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/**
 * Text that only this app can write and read, bound to what it is for: nobody can make one up, carry
 * it over to another use, or read in it.
 */
export type Sealing = {
  seal(text: string, binding: readonly string[]): string
  /** Null for what was not sealed here with that binding. */
  open(sealed: string, binding: readonly string[]): string | null
}

/** AES in Galois/Counter Mode (NIST SP 800-38D) with a random nonce of 96 bits. */
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @param use gives each use of the app's key a key of its own */
export function createSealing(key: Uint8Array, use: string): Sealing {
  const ownKey = createHash('sha256').update(use).update(key).digest()
  const aad = (binding: readonly string[]) => Buffer.from(JSON.stringify(binding))
  return {
    seal(text, binding) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, ownKey, nonce).setAAD(aad(binding))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealedText, binding) {
      const bytes = Buffer.from(sealedText, 'base64url')
      // One spelling only: a decoder that forgives would make many tickets of one.
      if (bytes.toString('base64url') !== sealedText) return null
      const [nonce, tag, sealed] = [
        bytes.subarray(0, NONCE_BYTES),
        bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
        bytes.subarray(NONCE_BYTES + TAG_BYTES),
      ]
      try {
        const decipher = createDecipheriv(CIPHER, ownKey, nonce, { authTagLength: TAG_BYTES })
        decipher.setAAD(aad(binding)).setAuthTag(tag)
        return decipher.update(sealed, undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return null
      }
    },
  }
}
