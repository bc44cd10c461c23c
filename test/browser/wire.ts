import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { pipeline } from 'node:stream'
import { listenOnLoopback } from '../../infra/local/loopback.ts'

/** A request as it left the browser, and what came back. */
export type Exchange = {
  method: string
  url: URL
  headers: IncomingHttpHeaders
  status: number
  answerHeaders: IncomingHttpHeaders
  /** Of the body, as far as it has come. */
  bytes: number
}

/** A proxy for plain http that stands between a browser and everything else, and writes it down. */
export type Wire = AsyncDisposable & {
  url: string
  /** In the order in which answers began. */
  exchanges: Exchange[]
}

/** Only this machine is reached through it. */
export async function tapWire(): Promise<Wire> {
  const exchanges: Exchange[] = []
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '')
    if (url.hostname !== '127.0.0.1') return outgoing.writeHead(403).end()
    const { 'proxy-connection': _, ...headers } = incoming.headers
    const { method = '' } = incoming
    const passedOn = request(url, { method, headers }, (answer) => {
      const { statusCode: status = 0, headers: answerHeaders } = answer
      const exchange = { method, url, headers, status, answerHeaders, bytes: 0 }
      exchanges.push(exchange)
      outgoing.writeHead(status, answer.rawHeaders)
      answer.on('data', (piece: Buffer) => {
        exchange.bytes += piece.length
      })
      pipeline(answer, outgoing, () => {})
    })
    // Players break off what they no longer need.
    outgoing.on('close', () => passedOn.destroy())
    pipeline(incoming, passedOn, (error) => error && outgoing.destroy())
  })
  const { origin, close } = await listenOnLoopback(server, 0, 'The wire')
  return { url: origin, exchanges, [Symbol.asyncDispose]: close }
}
