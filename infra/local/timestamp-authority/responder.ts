import { createHash, randomBytes } from 'node:crypto'
import { GeneralizedTime, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js'
import {
  Accuracy,
  Attribute,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  PKIStatus,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs'
import type { SigningCertificate } from './certificates.ts'

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_TIME = '1.2.840.113549.1.9.5'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
const SHA_256 = '2.16.840.1.101.3.4.2.1'
/** The policy of tokens that are good for development only; of the arc for examples. */
const POLICY = '2.999.3161'
const SERIAL_BYTES = 16
/** How far the clock of a developer's machine may be off. */
const ACCURACY_SECONDS = 1

/**
 * Answers a timestamp query (RFC 3161 section 2.4): a token over the digest that it names, or a
 * refusal. What cannot be read as a query is refused, too.
 */
export async function answerQuery(
  query: Uint8Array,
  signer: SigningCertificate,
  now: Date,
): Promise<Buffer> {
  const request = readQuery(query)
  if (request?.messageImprint.hashAlgorithm.algorithmId !== SHA_256) {
    return encode(new TimeStampResp({ status: new PKIStatusInfo({ status: PKIStatus.rejection }) }))
  }
  return encode(
    new TimeStampResp({
      status: new PKIStatusInfo({ status: PKIStatus.granted }),
      timeStampToken: await tokenFor(request, signer, now),
    }),
  )
}

function readQuery(query: Uint8Array): TimeStampReq | null {
  try {
    return TimeStampReq.fromBER(Uint8Array.from(query).buffer)
  } catch {
    // Whatever is wrong with it, the answer is the same refusal.
    return null
  }
}

async function tokenFor(
  { messageImprint, nonce, certReq }: TimeStampReq,
  { key, certificate }: SigningCertificate,
  now: Date,
): Promise<ContentInfo> {
  const info = new TSTInfo({
    version: 1,
    policy: POLICY,
    messageImprint,
    serialNumber: new Integer({ valueHex: positive(randomBytes(SERIAL_BYTES)) }),
    genTime: now,
    accuracy: new Accuracy({ seconds: ACCURACY_SECONDS }),
    ...(nonce && { nonce }),
  })
  const content = info.toSchema().toBER()
  const signerInfo = new SignerInfo({
    version: 1,
    sid: new IssuerAndSerialNumber({
      issuer: certificate.issuer,
      serialNumber: certificate.serialNumber,
    }),
    signedAttrs: new SignedAndUnsignedAttributes({
      type: 0,
      attributes: derSorted([
        attribute(CONTENT_TYPE, new ObjectIdentifier({ value: TST_INFO })),
        attribute(SIGNING_TIME, new GeneralizedTime({ valueDate: now })),
        attribute(MESSAGE_DIGEST, new OctetString({ valueHex: sha256(content) })),
        attribute(SIGNING_CERTIFICATE_V2, signingCertificate(certificate.toSchema().toBER())),
      ]),
    }),
  })
  const signed = new SignedData({
    version: 3,
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: TST_INFO,
      eContent: new OctetString({ valueHex: content }),
    }),
    signerInfos: [signerInfo],
    ...(certReq && { certificates: [certificate] }),
  })
  await signed.sign(key, 0, 'SHA-256')
  return new ContentInfo({ contentType: SIGNED_DATA, content: signed.toSchema(true) })
}

/** Names the certificate by its digest, so that no other can be put in its place (RFC 5816). */
const signingCertificate = (certificate: ArrayBuffer): Sequence => {
  const id = new Sequence({ value: [new OctetString({ valueHex: sha256(certificate) })] })
  return new Sequence({ value: [new Sequence({ value: [id] })] })
}

const attribute = (type: string, value: object): Attribute =>
  new Attribute({ type, values: [value] })

/** The order of a SET OF in DER (X.690 section 11.6): attributes are signed in it. */
const derSorted = (attributes: Attribute[]): Attribute[] =>
  attributes
    .map((one) => ({ one, der: Buffer.from(one.toSchema().toBER()) }))
    .toSorted((a, b) => Buffer.compare(a.der, b.der))
    .map(({ one }) => one)

const encode = (response: TimeStampResp): Buffer => Buffer.from(response.toSchema().toBER())

const sha256 = (bytes: ArrayBuffer): ArrayBuffer =>
  Uint8Array.from(createHash('sha256').update(new Uint8Array(bytes)).digest()).buffer

/** As a positive INTEGER that is not shorter in DER. */
function positive(bytes: Buffer): ArrayBuffer {
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Uint8Array.from(bytes).buffer
}
