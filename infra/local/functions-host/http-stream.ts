import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { Transform } from 'node:stream'
import { answerEmpty } from './http-listener.ts'
import type { InvocationOutcome } from './worker-process.ts'

/** Between two hops only, RFC 9110, section 7.6.1. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
].concat(['trailer', 'transfer-encoding', 'upgrade', 'host'])

export type Forwarding = {
  /** `HttpUri` of the worker that runs the invocation. */
  workerUri: string
  invocationId: string
  outcome: Promise<InvocationOutcome>
  streamIdleMs: number
  requestBodyBytes: number
}

/**
 * With HTTP streaming on: passes the request on to the server within the worker, and its answer
 * back as it is made. The library answers there only when the handler has returned something, so
 * after a throw or `undefined` nothing comes and the caller waits until the idle limit cuts in:
 * an empty 500, or a reset if the answer had begun.
 * Resolves when the caller has all there is.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  forwarding: Forwarding,
): Promise<void> {
  const { workerUri, invocationId, outcome, streamIdleMs, requestBodyBytes } = forwarding
  const upstream = httpRequest(workerUri, {
    method: request.method,
    path: (request.url ?? '/').replace(/%2f/gi, (slash) => `%25${slash.slice(1)}`),
    headers: {
      ...endToEnd(request),
      'x-ms-invocation-id': invocationId,
      'x-forwarded-host': request.headers.host ?? 'localhost',
      'x-forwarded-proto': 'http',
      // Node would not frame the body of, say, a DELETE by itself.
      ...(request.headers['transfer-encoding'] && { 'transfer-encoding': 'chunked' }),
    },
    agent: false,
  })
  // Not with the first byte of the body: an invocation whose request the worker never sees would
  // wait for it for ever.
  upstream.flushHeaders()
  upstream.setTimeout(streamIdleMs, () => fail(500))
  request.pipe(limited(requestBodyBytes, () => fail(500))).pipe(upstream)
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer))
    // Headers leave at once: the first chunk may be a long time coming.
    response.flushHeaders()
    answer.on('error', () => response.destroy()).pipe(response)
  })
  upstream.on('error', async () => {
    const { kind } = await outcome
    fail(kind === 'timedOut' ? 500 : 502)
  })
  return new Promise((resolve) => {
    response.on('close', () => {
      cut(upstream)
      resolve()
    })
  })

  function fail(status: number): void {
    cut(upstream)
    if (response.writableEnded) return
    if (response.headersSent) return void response.destroy()
    response.setHeader('Connection', 'close')
    answerEmpty(response, status)
  }
}

/** Ends the connection, but lets the headers that were written arrive. */
function cut(upstream: ClientRequest): void {
  const { socket } = upstream
  if (!socket) upstream.once('socket', () => cut(upstream))
  else if (socket.connecting) socket.once('connect', () => socket.destroySoon())
  else socket.destroySoon()
}

function endToEnd({ headersDistinct }: IncomingMessage): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(headersDistinct).flatMap(([name, values]) =>
      HOP_BY_HOP.includes(name) || !values ? [] : [[name, values]],
    ),
  )
}

function limited(bytes: number, onExceeded: () => void): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _, passOn) {
      seen += chunk.length
      if (seen > bytes) onExceeded()
      else passOn(null, chunk)
    },
  })
}
