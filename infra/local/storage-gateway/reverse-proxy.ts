import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'

/** Headers of one connection, not of the message (RFC 9110, 7.6.1); `Expect` is answered by our server. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'expect'])

/** Unused connections are given up well before the service does so. */
const IDLE_CONNECTION_MS = 30_000

export type ReverseProxy = {
  /**
   * Passes a request on and its answer back, streaming both ways with back-pressure. `onAnswer`
   * sees the head of the answer before the client does. When the caller leaves while it is still
   * sending, the request to storage is cut too; when it leaves later, storage may have acted, so
   * the answer is still awaited and seen.
   */
  forward(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    onAnswer: (answer: IncomingMessage) => void,
  ): void
  close(): void
}

/** @param origin of the service behind, e.g. `http://127.0.0.1:10000` */
export function reverseProxy(origin: URL): ReverseProxy {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS })
  return {
    close: () => agent.destroy(),
    forward(incoming, outgoing, onAnswer) {
      // Headers go through in their raw form: Host and x-ms-* are part of what was signed.
      const passedOn = request({
        agent,
        host: origin.hostname,
        port: origin.port,
        method: incoming.method,
        path: incoming.url,
        headers: endToEnd(incoming.rawHeaders),
        setHost: false,
      })
      passedOn.on('response', (answer) => {
        onAnswer(answer)
        // Players break off what they no longer need; pipeline throws where nobody is left.
        if (outgoing.destroyed) return answer.destroy()
        outgoing.sendDate = false
        outgoing.writeHead(
          answer.statusCode ?? 503,
          answer.statusMessage,
          endToEnd(answer.rawHeaders),
        )
        // pipeline destroys both sides on an error of either: the client sees a cut, not an end.
        pipeline(answer, outgoing, () => {})
      })
      // Not the end of the pipeline below, which is over when the request is sent: storage can
      // still die before it answers.
      passedOn.on('error', (error) => {
        if (outgoing.headersSent || outgoing.destroyed) return
        // What Azure answers for the moment; the SDKs try again after it.
        outgoing.writeHead(503, { 'content-type': 'text/plain' })
        outgoing.end(`The storage behind the gateway did not answer: ${error.message}`)
      })
      pipeline(incoming, passedOn, () => {})
    },
  }
}

/** The flat name-value list of `rawHeaders` without what belongs to one connection. */
function endToEnd(rawHeaders: string[]): string[] {
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)]
    return name !== undefined && !HOP_BY_HOP.has(name.toLowerCase())
  })
}
