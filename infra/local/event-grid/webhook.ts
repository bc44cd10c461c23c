import { Agent, request } from 'node:http'
import { type GridEvent, isCloudEvent } from './events.ts'
import type { AttemptOutcome } from './retry.ts'

/** Posts under way at once to one host; more wait. Their answer limit starts when they are sent. */
const MAX_CONCURRENT = 64

export type Notification = {
  event: GridEvent
  subscription: string
  /** Attempts made before this one. */
  deliveryCount: number
}

export type WebhookSender = {
  /** Makes one attempt. Never rejects: whatever goes wrong is an outcome. */
  send(url: URL, notification: Notification): Promise<AttemptOutcome>
  close(): void
}

/**
 * @param answerLimitMs time an endpoint has for its answer: Event Grid gives 30 s
 * @param signal breaks off what is under way
 */
export function webhookSender(answerLimitMs: number, signal: AbortSignal): WebhookSender {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONCURRENT, timeout: answerLimitMs })
  return {
    close: () => agent.destroy(),
    send: (url, notification) =>
      new Promise((resolve) => {
        const body = bodyOf(notification.event)
        const headers = { ...headersOf(notification), 'content-length': Buffer.byteLength(body) }
        const post = request(url, {
          agent,
          method: 'POST',
          headers,
          timeout: answerLimitMs,
          signal,
        })
        post.on('response', (answer) => {
          answer.resume()
          // An answer counts when it is whole: a handler that dies in the middle has not answered.
          answer.once('end', () => resolve({ kind: 'answered', status: answer.statusCode ?? 0 }))
          answer.once('error', () => resolve({ kind: 'socketError' }))
        })
        post.once('timeout', () => {
          resolve({ kind: 'timedOut' })
          post.destroy()
        })
        post.on('error', () => resolve({ kind: 'socketError' }))
        post.end(body)
      }),
  }
}

/** Event Grid schema: an array of one. CloudEvents: the event itself, in structured mode. */
function bodyOf(event: GridEvent): string {
  return JSON.stringify(isCloudEvent(event) ? event : [event])
}

function headersOf({ event, subscription, deliveryCount }: Notification): Record<string, string> {
  const cloud = isCloudEvent(event)
  return {
    'content-type': cloud
      ? 'application/cloudevents+json; charset=utf-8'
      : 'application/json; charset=utf-8',
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': subscription.toUpperCase(),
    'aeg-delivery-count': String(deliveryCount),
    'aeg-metadata-version': cloud ? event.specversion : event.metadataVersion,
    'aeg-data-version': cloud ? '' : event.dataVersion,
  }
}
