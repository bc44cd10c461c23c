import type { webcrypto } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { BitString, Integer, PrintableString } from 'asn1js'
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  getRandomValues,
} from 'pkijs'
import { z } from 'zod'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' }
const HASH = 'SHA-256'
/** How long the certificates are good for: longer than any local system lives. */
const LIFE_YEARS = 10
const SERIAL_BYTES = 8
const FILE = 'timestamp-authority.json'

const COMMON_NAME = '2.5.4.3'
const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
// KeyUsage is a bit string (RFC 5280 section 4.2.1.3), its first bit the highest.
const DIGITAL_SIGNATURE = 0x80
const KEY_CERT_SIGN = 0x04
const CRL_SIGN = 0x02

/** What a timestamp authority signs with, and the authority above it that people trust. */
export type SigningCertificate = {
  key: webcrypto.CryptoKey
  certificate: Certificate
  /** The certificate that verifiers are given, in PEM. */
  authorityPem: string
}

const fileSchema = z.object({
  key: z.looseObject({ kty: z.literal('EC') }),
  certificate: z.base64(),
  authority: z.base64(),
})

/**
 * The certificates kept in `directory`, or new ones, which are then kept there: tokens of earlier
 * runs stay worth what they were. Without a directory they live as long as the caller keeps them.
 */
export async function loadCertificates(
  directory: string | undefined,
  now: Date,
): Promise<SigningCertificate> {
  if (directory === undefined) return open(await make(now))
  const file = path.join(directory, FILE)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text !== null) return open(fileSchema.parse(JSON.parse(text)))
  const made = await make(now)
  await mkdir(directory, { recursive: true })
  await writeFile(file, JSON.stringify(made), { mode: 0o600 })
  return open(made)
}

type Kept = z.infer<typeof fileSchema>

async function open({ key, certificate, authority }: Kept): Promise<SigningCertificate> {
  return {
    key: await crypto.subtle.importKey('jwk', key as webcrypto.JsonWebKey, ALGORITHM, true, [
      'sign',
    ]),
    certificate: Certificate.fromBER(Uint8Array.from(Buffer.from(certificate, 'base64')).buffer),
    authorityPem: pemOf(authority),
  }
}

async function make(now: Date): Promise<Kept> {
  const authorityKeys = await newKeys()
  const signerKeys = await newKeys()
  const authority = await certify(
    now,
    'Bluelamp local authority',
    'Bluelamp local authority',
    authorityKeys.publicKey,
    authorityKeys.privateKey,
    [
      extension(BASIC_CONSTRAINTS, new BasicConstraints({ cA: true }).toSchema().toBER()),
      extension(KEY_USAGE, keyUsage(KEY_CERT_SIGN | CRL_SIGN)),
    ],
  )
  const certificate = await certify(
    now,
    'Bluelamp local timestamps',
    'Bluelamp local authority',
    signerKeys.publicKey,
    authorityKeys.privateKey,
    [
      extension(BASIC_CONSTRAINTS, new BasicConstraints({ cA: false }).toSchema().toBER()),
      extension(KEY_USAGE, keyUsage(DIGITAL_SIGNATURE)),
      // RFC 3161 section 2.3: critical, and nothing but timestamping.
      extension(
        EXTENDED_KEY_USAGE,
        new ExtKeyUsage({ keyPurposes: [TIME_STAMPING] }).toSchema().toBER(),
      ),
    ],
  )
  const key = await crypto.subtle.exportKey('jwk', signerKeys.privateKey)
  return {
    key: { ...key, kty: 'EC' },
    certificate: base64Of(certificate),
    authority: base64Of(authority),
  }
}

async function certify(
  now: Date,
  subject: string,
  issuer: string,
  publicKey: webcrypto.CryptoKey,
  issuerKey: webcrypto.CryptoKey,
  extensions: Extension[],
): Promise<Certificate> {
  const certificate = new Certificate()
  certificate.version = 2
  const serial = getRandomValues(new Uint8Array(SERIAL_BYTES))
  // Positive and of fixed length.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  certificate.serialNumber = new Integer({ valueHex: serial.buffer })
  certificate.subject.typesAndValues.push(commonName(subject))
  certificate.issuer.typesAndValues.push(commonName(issuer))
  const start = new Date(now)
  // Certificates know whole seconds; a token of the first second must not come too early.
  start.setMinutes(start.getMinutes() - 1, 0, 0)
  const end = new Date(start)
  end.setFullYear(end.getFullYear() + LIFE_YEARS)
  certificate.notBefore.value = start
  certificate.notAfter.value = end
  certificate.extensions = extensions
  await certificate.subjectPublicKeyInfo.importKey(publicKey)
  await certificate.sign(issuerKey, HASH)
  return certificate
}

const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const commonName = (value: string): AttributeTypeAndValue =>
  new AttributeTypeAndValue({ type: COMMON_NAME, value: new PrintableString({ value }) })

const extension = (extnID: string, extnValue: ArrayBuffer): Extension =>
  new Extension({ extnID, critical: true, extnValue })

const keyUsage = (bits: number): ArrayBuffer =>
  new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: trailingZeros(bits) }).toBER()

const trailingZeros = (bits: number): number => 31 - Math.clz32(bits & -bits)

const base64Of = (certificate: Certificate): string =>
  Buffer.from(certificate.toSchema(true).toBER()).toString('base64')

const pemOf = (base64: string): string =>
  [
    '-----BEGIN CERTIFICATE-----',
    ...(base64.match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----',
    '',
  ].join('\n')
