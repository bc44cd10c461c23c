import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Gate = AsyncDisposable & {
  /** A handler that fetches this waits until the gate is opened. */
  url: string
  /** Paths of those who wait at it now. */
  waiting(): string[]
  /** Lets through who waits and who comes later. */
  open(): void
}

/** Holds handlers in mid-work, in whichever process they run, until the test says so. */
export async function closedGate(): Promise<Gate> {
  const held = new Map<ServerResponse, string>()
  let isOpen = false
  const server = createServer((request, response) => {
    if (isOpen) return void response.end()
    held.set(response, request.url ?? '')
    response.on('close', () => held.delete(response))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting: () => [...held.values()],
    open() {
      isOpen = true
      for (const response of held.keys()) response.end()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
