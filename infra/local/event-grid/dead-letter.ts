import { BlobServiceClient } from '@azure/storage-blob'
import { type GridEvent, isCloudEvent } from './events.ts'
import type { DeadLetterReason } from './retry.ts'

/** What is known of an event that is given up. Times are UTC. */
export type Undelivered = {
  subscription: string
  event: GridEvent
  reason: DeadLetterReason
  deliveryAttempts: number
  lastDeliveryOutcome: string
  publishTime: Date
  /** Absent when the event expired before its first attempt. */
  lastDeliveryAttemptTime: Date | undefined
}

export type DeadLetter = { path: string; body: string }

/** Stores a dead letter in a container; rejects when it cannot. */
export type DeadLetterSink = (container: string, letter: DeadLetter) => Promise<void>

/**
 * The blob that Event Grid writes: below the subscription's name in upper case and the hour
 * without leading zeros, an array of the event with what became of it.
 * @see https://learn.microsoft.com/azure/event-grid/manage-event-delivery
 */
export function deadLetter(undelivered: Undelivered, now: Date, blobId: string): DeadLetter {
  const hour = [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate(), now.getUTCHours()]
  const path = `${undelivered.subscription.toUpperCase()}/${hour.join('/')}/${blobId}.json`
  return { path, body: JSON.stringify([{ ...undelivered.event, ...fate(undelivered) }]) }
}

/** Writes dead letters with the storage SDK, so they raise events themselves if it leads through the gateway. */
export function blobDeadLetters(connectionString: string): DeadLetterSink {
  const service = BlobServiceClient.fromConnectionString(connectionString)
  return async (container, { path, body }) => {
    const blob = service.getContainerClient(container).getBlockBlobClient(path)
    await blob.upload(body, Buffer.byteLength(body), {
      blobHTTPHeaders: { blobContentType: 'application/json' },
    })
  }
}

/** CloudEvents allow lower-case attribute names only. */
function fate(undelivered: Undelivered): Record<string, unknown> {
  const entries = Object.entries({
    deadLetterReason: undelivered.reason,
    deliveryAttempts: undelivered.deliveryAttempts,
    lastDeliveryOutcome: undelivered.lastDeliveryOutcome,
    publishTime: undelivered.publishTime.toISOString(),
    lastDeliveryAttemptTime: undelivered.lastDeliveryAttemptTime?.toISOString(),
  })
  const lowerCase = isCloudEvent(undelivered.event)
  return Object.fromEntries(
    entries.map(([name, value]) => [lowerCase ? name.toLowerCase() : name, value]),
  )
}
