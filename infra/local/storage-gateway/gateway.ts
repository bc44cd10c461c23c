import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenOnLoopback } from '../loopback.ts'
import { type EventRaiserOptions, eventRaiser, type RaiseEvent } from './event-raiser.ts'
import { blobOperation } from './operation.ts'
import { type ReverseProxy, reverseProxy } from './reverse-proxy.ts'

export type StorageGatewayOptions = Omit<EventRaiserOptions, 'publicUrl'> & {
  /** 0, the default, takes any free port. */
  port?: number
}

export type StorageGateway = {
  /** What clients use in place of the service's own URL. */
  blobUrl: string
  /** Ends open connections and stops listening. */
  dispose(): Promise<void>
}

/**
 * Stands in front of a blob endpoint, passes everything through and publishes the events that
 * Azure's Blob Storage would raise. Signatures stay valid because nothing that is signed changes.
 * @throws Error naming the port when it is taken.
 */
export async function startStorageGateway(options: StorageGatewayOptions): Promise<StorageGateway> {
  const upstream = new URL(options.blobUrl)
  const proxy = reverseProxy(upstream)
  const server = createServer()
  // An upload over a slow line may take hours; Node would cut it after five minutes.
  server.requestTimeout = 0
  const { origin, close } = await listenOnLoopback(server, options.port ?? 0, 'The storage gateway')
  const blobUrl = `${origin}${upstream.pathname}`
  const raise = eventRaiser({ ...options, publicUrl: blobUrl })
  server.on('request', (incoming, outgoing) => handle(incoming, outgoing, proxy, raise))
  return {
    blobUrl,
    async dispose() {
      await close()
      proxy.close()
    },
  }
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  proxy: ReverseProxy,
  raise: RaiseEvent,
): Promise<void> {
  const operation = blobOperation(incoming.method ?? '', incoming.url ?? '', incoming.headers)
  if (!operation) return proxy.forward(incoming, outgoing, () => {})
  const raiseOnSuccess = await raise(operation, incoming)
  proxy.forward(incoming, outgoing, (answer) => {
    const succeeded = answer.statusCode !== undefined && answer.statusCode < 300
    if (succeeded) raiseOnSuccess(answer)
  })
}
