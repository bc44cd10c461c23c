import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'

/**
 * Signing keys, the newest first: it signs, the one after it is still published so that tokens from
 * before a rotation keep their worth until they expire.
 */
export type SigningKeys = readonly JWK[]

const PUBLISHED_KEYS = 2
const KEY_FILE = 'signing-keys.json'
const keyFileSchema = z.array(z.looseObject({ kty: z.literal('RSA'), kid: z.string() })).min(1)

/**
 * The keys kept in `directory`, or a first key, which is then kept there. Without a directory the
 * keys live as long as the caller keeps them.
 * @throws when the key file exists and cannot be read or is not a list of RSA keys.
 */
export async function loadSigningKeys(directory: string | undefined): Promise<SigningKeys> {
  if (directory === undefined) return [await newSigningKey()]
  const text = await readFile(join(directory, KEY_FILE), 'utf8').catch(absentAsNull)
  if (text !== null) return keyFileSchema.parse(JSON.parse(text)) as JWK[]
  return saved([await newSigningKey()], directory)
}

/** A new key in front of the newest of `keys`; keys from before the last rotation are gone. */
export async function rotated(
  keys: SigningKeys,
  directory: string | undefined,
): Promise<SigningKeys> {
  const next = [await newSigningKey(), ...keys].slice(0, PUBLISHED_KEYS)
  return directory === undefined ? next : saved(next, directory)
}

async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: 'RS256' }
}

async function saved(keys: SigningKeys, directory: string): Promise<SigningKeys> {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, KEY_FILE), JSON.stringify(keys), { mode: 0o600 })
  return keys
}

function absentAsNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
