import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../loopback.ts'
import { loadCertificates, type SigningCertificate } from './certificates.ts'
import { answerQuery } from './responder.ts'

/** Queries are some hundred bytes. */
const QUERY_LIMIT_BYTES = 64 * 1024

export type TimestampAuthorityOptions = {
  /** 0, the default, takes any free port. */
  port?: number
  /** Folder in which the certificates outlive this run. Without it they are new at each start. */
  dataDirectory?: string
  now?: () => Date
}

export type TimestampAuthority = {
  /** Where timestamps are asked for (RFC 3161 section 3.4). */
  url: string
  /** Where the certificate to trust can be downloaded in PEM. */
  certificateUrl: string
  /** That certificate, for those who check tokens. */
  certificatePem: string
  /** Closes the port. May be called twice. */
  dispose(): Promise<void>
}

/**
 * Starts a timestamp authority on the loopback interface. Its tokens are sound, but they prove the
 * clock of this machine only, and whoever has its data folder can make more of them.
 * @throws Error that names the port when it is taken.
 */
export async function startTimestampAuthority(
  options: TimestampAuthorityOptions = {},
): Promise<TimestampAuthority> {
  const { port = 0, dataDirectory, now = () => new Date() } = options
  const signer = await loadCertificates(dataDirectory, now())
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, signer, now()).catch(() => outgoing.destroy())
  })
  const { origin, close } = await listenOnLoopback(server, port, 'The timestamp authority')
  let closed: Promise<void> | null = null
  return {
    url: `${origin}/`,
    certificateUrl: `${origin}/ca.pem`,
    certificatePem: signer.authorityPem,
    dispose: () => {
      closed ??= close()
      return closed
    },
  }
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  signer: SigningCertificate,
  now: Date,
): Promise<void> {
  const reply = (status: number, contentType: string, body: string | Buffer) =>
    outgoing.writeHead(status, { 'content-type': contentType }).end(body)
  if (incoming.method === 'GET' && incoming.url === '/ca.pem') {
    reply(200, 'application/x-pem-file', signer.authorityPem)
    return
  }
  if (incoming.method !== 'POST' || incoming.url !== '/') {
    reply(404, 'text/plain', 'POST a timestamp query to /, or GET /ca.pem.\n')
    return
  }
  if (incoming.headers['content-type'] !== 'application/timestamp-query') {
    reply(415, 'text/plain', 'expected application/timestamp-query\n')
    return
  }
  const query = await bodyOf(incoming)
  if (!query) {
    reply(413, 'text/plain', `expected at most ${QUERY_LIMIT_BYTES} bytes\n`)
    return
  }
  reply(200, 'application/timestamp-reply', await answerQuery(query, signer, now))
}

/** Null if there is too much of it. */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += chunk.length
    if (bytes <= QUERY_LIMIT_BYTES) chunks.push(chunk)
  }
  return bytes <= QUERY_LIMIT_BYTES ? Buffer.concat(chunks) : null
}
