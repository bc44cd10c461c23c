import { createServer, type IncomingMessage } from 'node:http'
import { ZodError, z } from 'zod'
import { listenOnLoopback } from '../loopback.ts'
import type { GridEvent } from './events.ts'
import type { Faults } from './faults.ts'
import { acceptPublication } from './publication.ts'

/** Largest request to a topic: Event Grid takes 1 MB. */
const MAX_BODY_BYTES = 1024 * 1024

export type EventGridServerOptions = {
  port: number
  /** Name of the custom topic. */
  topic: string
  topicKey: string
  accept(events: GridEvent[]): void
  recentEvents(): GridEvent[]
  faults(): Record<string, Faults>
  setFaults(subscription: string, faults: unknown): void
}

export type EventGridServer = { url: string; close(): Promise<void> }

type Answer = { status: number; body?: unknown }

/**
 * Serves, on the loopback interface only:
 * - `POST /topics/{name}/api/events`: the custom topic, as publishers know it;
 * - `GET /topics/{name}/api/events`: its newest events, for people and tests;
 * - `GET /faults`, `PUT /faults` for all subscriptions, `PUT /faults/{subscription}` for one.
 * @throws Error naming the port when it is taken.
 */
export async function startEventGridServer(
  options: EventGridServerOptions,
): Promise<EventGridServer> {
  const server = createServer(async (incoming, outgoing) => {
    const { status, body } = await answer(incoming, options).catch(refusal)
    outgoing.writeHead(status, { 'content-type': 'application/json' })
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
  const { origin, close } = await listenOnLoopback(server, options.port, 'Event Grid')
  return { url: origin, close }
}

async function answer(incoming: IncomingMessage, options: EventGridServerOptions): Promise<Answer> {
  const { pathname } = new URL(incoming.url ?? '', 'http://event-grid.invalid')
  switch (`${incoming.method} ${pathname}`) {
    case `POST /topics/${options.topic}/api/events`: {
      const body = await bodyOf(incoming)
      if (body === undefined) return failure(413, `expected at most ${MAX_BODY_BYTES} bytes`)
      return publish(incoming, body, options)
    }
    case `GET /topics/${options.topic}/api/events`:
      return { status: 200, body: options.recentEvents() }
    case 'GET /faults':
      return { status: 200, body: options.faults() }
    default:
      return incoming.method === 'PUT' && /^\/faults(\/[^/]+)?$/.test(pathname)
        ? setFaults(incoming, pathname.split('/')[2] ?? '*', options)
        : failure(404, `nothing is at ${incoming.method} ${pathname}`)
  }
}

function publish(incoming: IncomingMessage, body: string, options: EventGridServerOptions): Answer {
  const { topic, topicKey } = options
  const publication = acceptPublication(incoming.headers, body, { topic, topicKey })
  if (publication.kind === 'refused') return failure(publication.status, publication.message)
  options.accept(publication.events)
  return { status: 200 }
}

async function setFaults(
  incoming: IncomingMessage,
  subscription: string,
  { setFaults, faults }: EventGridServerOptions,
): Promise<Answer> {
  setFaults(decodeURIComponent(subscription), JSON.parse((await bodyOf(incoming)) ?? ''))
  return { status: 200, body: faults() }
}

/** Undefined when the body is too long. */
async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming) {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined
}

/** Only the caller's mistakes are thrown here: malformed JSON or faults, unknown subscriptions. */
function refusal(error: unknown): Answer {
  const message = error instanceof ZodError ? z.prettifyError(error) : String(error)
  return failure(400, message)
}

/** The shape of Event Grid's own errors. */
function failure(status: number, message: string): Answer {
  return { status, body: { error: { code: String(status), message } } }
}
