import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HostLog } from './log.ts'

/** Only this machine can reach the host. */
const ADDRESS = '127.0.0.1'
/** How long an idle connection is kept for the next request, as Kestrel does. */
const KEEP_ALIVE_MS = 130_000

export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void>

/**
 * Listens on the loopback interface. Answers 503 until `serve` says who answers, as the host does
 * while it starts.
 */
export class HttpListener {
  readonly #server: Server
  readonly #log: HostLog
  #handler: HttpHandler | undefined
  #closing = false

  private constructor(log: HostLog) {
    this.#log = log
    this.#server = createServer((request, response) => this.#answer(request, response))
    // Handlers may take as long as functionTimeout lets them.
    this.#server.requestTimeout = 0
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS
  }

  /** @throws Error naming the port when it is in use. */
  static async listen(port: number, log: HostLog): Promise<HttpListener> {
    const listener = new HttpListener(log)
    const server = listener.#server.listen(port, ADDRESS)
    try {
      await once(server, 'listening')
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause
      throw new Error(
        `Functions host: port ${port} is already in use: stop what holds it, or choose another port (0 takes a free one)`,
        { cause },
      )
    }
    return listener
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://${ADDRESS}:${this.port}`
  }

  serve(handler: HttpHandler): void {
    this.#handler = handler
  }

  /** Refuses new connections at once; resolves when the last request has its answer. */
  async close(): Promise<void> {
    this.#closing = true
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  /** Cuts what `close` still waits for. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#handler) return answerEmpty(response, 503)
    // `close` below spares connections that are in use then; they must not linger as idle ones.
    response.once(
      'close',
      () => this.#closing && setImmediate(() => this.#server.closeIdleConnections()),
    )
    try {
      await this.#handler(request, response, urlOf(request))
    } catch (error) {
      this.#log.error(`${request.method} ${pathOf(request)}: ${error}`)
      if (response.headersSent) response.destroy()
      else answerEmpty(response, 500)
    }
  }
}

/** A status and nothing else: `Content-Length: 0`. */
export function answerEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'Content-Length': 0 }).end()
}

/** The path as sent, without the query; the query may hold a key. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/[?#].*$/s, '')
}

/** For the query only: the path of a URL is normalised, that of a request is routed as sent. */
function urlOf(request: IncomingMessage): URL {
  const query = (request.url ?? '').slice(pathOf(request).length)
  return new URL(query, 'http://localhost/')
}
