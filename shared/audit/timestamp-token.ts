import { createHash } from 'node:crypto'
import {
  Certificate,
  ContentInfo,
  ExtKeyUsage,
  type RelativeDistinguishedNames,
  SignedData,
  TSTInfo,
} from 'pkijs'
import { messageOf } from '../errors.ts'

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const SHA_256 = '2.16.840.1.101.3.4.2.1'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const COMMON_NAME = '2.5.4.3'

/** When an authority saw something, and the name of the certificate that it signed with. */
export type Timestamp = { at: string; authority: string }

/** What an RFC 3161 token is worth. `trusted`: its certificate leads to one that was given. */
export type TokenVerdict =
  | { valid: true; timestamp: Timestamp; trusted: boolean }
  | { valid: false; because: string }

/** A token with what was read from it, nothing of which is verified yet. */
export type ReadToken = { info: TSTInfo; signed: SignedData }

/**
 * Verifies a timestamp token (RFC 3161 section 2.4.2) over `data`: that it is of exactly these
 * bytes by SHA-256, that its signature holds, and that its certificate is for timestamping alone.
 * @param trustedPem certificates of authorities to trust, in PEM. Without any, the token is
 * checked against the certificate that it carries, which proves no more than that it is sound.
 */
export async function verifyToken(
  token: Uint8Array,
  data: Uint8Array,
  trustedPem: string | null,
): Promise<TokenVerdict> {
  try {
    const { info, signed } = readToken(token)
    const { messageImprint, genTime } = info
    const digest = createHash('sha256').update(data).digest()
    if (messageImprint.hashAlgorithm.algorithmId !== SHA_256) return invalid('not over SHA-256')
    if (!digest.equals(messageImprint.hashedMessage.valueBlock.valueHexView)) {
      return invalid('over something else')
    }
    const result = await signed.verify({
      signer: 0,
      data: Uint8Array.from(data).buffer,
      trustedCerts: trustedPem ? certificatesOf(trustedPem) : [],
      checkChain: trustedPem !== null,
      extendedMode: true,
    })
    const { signatureVerified, signerCertificate } = result
    if (!signatureVerified || !signerCertificate) return invalid('the signature does not hold')
    if (!isForTimestamping(signerCertificate)) {
      return invalid('the certificate is not for timestamping')
    }
    const authority = commonName(signerCertificate.subject)
    return {
      valid: true,
      timestamp: { at: genTime.toISOString(), authority },
      trusted: trustedPem !== null,
    }
  } catch (error) {
    return invalid(messageOf(error))
  }
}

/**
 * Reads a timestamp token without verifying anything.
 * @throws Error if it is no such token
 */
export function readToken(token: Uint8Array): ReadToken {
  const { contentType, content } = ContentInfo.fromBER(Uint8Array.from(token).buffer)
  if (contentType !== SIGNED_DATA) throw new Error('The token is no CMS signed data.')
  const signed = new SignedData({ schema: content })
  const { eContent, eContentType } = signed.encapContentInfo
  if (eContentType !== TST_INFO || !eContent) throw new Error('The token holds no timestamp.')
  return { info: TSTInfo.fromBER(eContent.getValue()), signed }
}

/**
 * The certificates of a PEM text.
 * @throws Error if there is none
 */
export function certificatesOf(pem: string): Certificate[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)
  const certificates = [...blocks].map(([, base64 = '']) =>
    Certificate.fromBER(Uint8Array.from(Buffer.from(base64, 'base64')).buffer),
  )
  if (certificates.length === 0) throw new Error('There is no PEM certificate in this text.')
  return certificates
}

/** RFC 3161 section 2.3: the one extended key usage is timestamping, and it is critical. */
function isForTimestamping({ extensions = [] }: Certificate): boolean {
  const usage = extensions.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE)
  if (!usage?.critical || !(usage.parsedValue instanceof ExtKeyUsage)) return false
  const { keyPurposes } = usage.parsedValue
  return keyPurposes.length === 1 && keyPurposes[0] === TIME_STAMPING
}

function commonName({ typesAndValues }: RelativeDistinguishedNames): string {
  const name = typesAndValues.find(({ type }) => type === COMMON_NAME)
  return name ? String(name.value.valueBlock.value) : 'an authority without a common name'
}

const invalid = (because: string): TokenVerdict => ({ valid: false, because })
