import { createHash, randomBytes } from 'node:crypto'
import { Integer, OctetString } from 'asn1js'
import { AlgorithmIdentifier, MessageImprint, PKIStatus, TimeStampReq, TimeStampResp } from 'pkijs'
import { readToken, verifyToken } from './timestamp-token.ts'

/** How long an authority may take to answer. */
const ANSWER_LIMIT_MS = 10_000
/** Tokens are some kilobytes; what is longer than this is none. */
const REPLY_LIMIT_BYTES = 256 * 1024
const NONCE_BYTES = 8
const SHA_256 = '2.16.840.1.101.3.4.2.1'

/** Who certifies at what time something was seen. */
export type TimestampAuthority = {
  /**
   * A token over these bytes, DER-encoded, verified as far as that goes without knowing whom to
   * trust.
   * @throws Error if the authority does not answer, refuses, or answers something else
   */
  stamp(data: Uint8Array): Promise<Buffer>
}

/** An authority that is reached by HTTP (RFC 3161 section 3.4). It learns a digest, nothing else. */
export function createTimestampAuthority(
  url: string,
  send: typeof fetch = fetch,
): TimestampAuthority {
  return {
    async stamp(data) {
      const nonce = randomBytes(NONCE_BYTES)
      // Positive, and not shorter in DER than it is here.
      nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
      const response = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/timestamp-query' },
        body: queryFor(data, nonce),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        redirect: 'error',
      })
      if (!response.ok) throw new Error(`The timestamp authority answered ${response.status}.`)
      const token = tokenIn(await bodyOf(response))
      const { info } = readToken(token)
      if (!info.nonce || !nonce.equals(info.nonce.valueBlock.valueHexView)) {
        throw new Error('The timestamp is an answer to another query.')
      }
      const verdict = await verifyToken(token, data, null)
      if (!verdict.valid) throw new Error(`The timestamp is not valid: ${verdict.because}.`)
      return token
    },
  }
}

/** RFC 3161 section 2.4.1, with the certificate asked for: a token must be checkable in years. */
function queryFor(data: Uint8Array, nonce: Buffer): ArrayBuffer {
  const digest = createHash('sha256').update(data).digest()
  const query = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA_256 }),
      hashedMessage: new OctetString({ valueHex: Uint8Array.from(digest).buffer }),
    }),
    nonce: new Integer({ valueHex: Uint8Array.from(nonce).buffer }),
    certReq: true,
  })
  return query.toSchema().toBER()
}

/** RFC 3161 section 2.4.2. */
function tokenIn(reply: ArrayBuffer): Buffer {
  const { status, timeStampToken } = TimeStampResp.fromBER(reply)
  const granted = status.status === PKIStatus.granted || status.status === PKIStatus.grantedWithMods
  if (!granted || !timeStampToken) {
    throw new Error(`The timestamp authority refused with status ${status.status}.`)
  }
  return Buffer.from(timeStampToken.toSchema().toBER())
}

async function bodyOf(response: Response): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > REPLY_LIMIT_BYTES) {
      throw new Error(`The timestamp authority sent more than ${REPLY_LIMIT_BYTES} bytes.`)
    }
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks)).buffer
}
