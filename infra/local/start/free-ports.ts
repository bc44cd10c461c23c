import { once } from 'node:events'
import { createServer } from 'node:net'
import type { LocalPorts } from '../ports.ts'
import { StartError } from './start-error.ts'

type Part = keyof LocalPorts

/** What needs each port, in the words of the message. */
const NEEDED_BY: Record<Part, string> = {
  api: 'the HTTP endpoints need it',
  issuer: 'the OpenID issuer needs it',
  events: 'Event Grid needs it',
  blob: 'blob storage needs it',
  queue: 'queue storage needs it',
  table: 'table storage needs it',
  blobBehindGateway: 'Azurite behind the storage gateway needs it',
  player: "the developer's player needs it",
  timestamps: 'the timestamp authority needs it',
}

/**
 * Tries all ports before anything starts, so that a taken one is told in one sentence.
 * @param skip the port that another host is to use, or uses already
 * @throws StartError naming the first port that is taken, and what needs it
 */
export async function requireFreePorts(ports: Record<Part, number>, skip?: Part): Promise<void> {
  for (const [part, port] of Object.entries(ports) as [Part, number][]) {
    if (part === skip || (await isFree(port))) continue
    throw new StartError(
      `Port ${port} is in use and ${NEEDED_BY[part]}: stop what holds it, or move all ports elsewhere with --port.`,
    )
  }
}

/** Only this machine's own interface counts: everything listens there and nowhere else. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
}
