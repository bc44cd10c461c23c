import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Listening = {
  /** `http://127.0.0.1:<port>` */
  origin: string
  /** Cuts open connections and resolves when the port is free again. */
  close(): Promise<void>
}

/**
 * Makes a server listen where only this machine reaches it.
 * @param port 0 takes any free port
 * @param name of what listens, for the error
 * @throws Error naming the port when it is taken.
 */
export async function listenOnLoopback(
  server: Server,
  port: number,
  name: string,
): Promise<Listening> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch((cause) => {
    throw new Error(`${name} cannot listen on port ${port}: ${cause.code}`, { cause })
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
