import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Visitor } from '../access/visitor.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import { type FootageProgress, footageProgress } from './footage-progress.ts'

/** How long a request waits for news. Front ends cut silent ones off after some minutes. */
const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 500
/** How soon a client asks again. */
const RETRY_MS = 1_000

/**
 * The next event of a Server-Sent-Events stream that follows the progress of a recording, or null
 * when there will be none any more. Responses are not streamed to the caller, so each carries one
 * event and ends, and `retry:` brings the client back with `Last-Event-ID`. Every look is decided anew.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @throws BluelampError `not-found` if refused or missing
 */
export async function followProgress(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  lastEventId: string | null,
): Promise<string | null> {
  const { now } = services
  const until = now().getTime() + PATIENCE_MS
  for (;;) {
    const progress = await footageProgress(services, visitor, id)
    const eventId = digestOf(progress)
    if (eventId !== lastEventId) return eventText(eventId, progress)
    if (progress.state === 'ready' || progress.state === 'unplayable') return null
    if (now().getTime() >= until) return `retry: ${RETRY_MS}\n: nothing new\n\n`
    await delay(LOOK_EVERY_MS)
  }
}

const eventText = (eventId: string, progress: FootageProgress): string =>
  [
    `retry: ${RETRY_MS}`,
    `id: ${eventId}`,
    'event: progress',
    `data: ${JSON.stringify(progress)}`,
    '',
    '',
  ].join('\n')

/** The same progress has the same id, on whichever instance. */
const digestOf = (progress: FootageProgress): string =>
  createHash('sha256').update(JSON.stringify(progress)).digest('base64url').slice(0, 16)
