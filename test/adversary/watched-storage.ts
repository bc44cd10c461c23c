import { createServer } from 'node:http'
import { listenOnLoopback } from '../../infra/local/loopback.ts'
import { portsFrom } from '../../infra/local/ports.ts'
import { connectionStringOf } from '../../infra/local/storage-account.ts'
import { reverseProxy } from '../../infra/local/storage-gateway/reverse-proxy.ts'

/** Storage as the app reaches it, with everything that the app asks of it in view. */
export type WatchedStorage = AsyncDisposable & {
  connectionString: string
  /** What was asked since the last call: method and table or container, in order. */
  taken(): string[]
}

/** Stands before the storage of a local system that begins at this port, whenever it is started. */
export async function watchedStorage(firstPort: number): Promise<WatchedStorage> {
  const ports = portsFrom(firstPort)
  const stack = new AsyncDisposableStack()
  let asked: string[] = []
  const before = async (port: number): Promise<string> => {
    const proxy = reverseProxy(new URL(`http://127.0.0.1:${port}`))
    stack.defer(() => proxy.close())
    const server = createServer((request, response) => {
      const [, account, resource = ''] = /^\/([^/]+)\/(\w+)/.exec(request.url ?? '') ?? []
      if (account) asked.push(`${request.method} ${resource}`)
      proxy.forward(request, response, () => {})
    })
    const listening = await listenOnLoopback(server, 0, 'the watch before storage')
    stack.defer(() => listening.close())
    return `${listening.origin}/devstoreaccount1`
  }
  return {
    connectionString: connectionStringOf({
      blobUrl: await before(ports.blob),
      // The host asks for messages all the time.
      queueUrl: `http://127.0.0.1:${ports.queue}/devstoreaccount1`,
      tableUrl: await before(ports.table),
    }),
    taken() {
      const before = asked
      asked = []
      return before
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
