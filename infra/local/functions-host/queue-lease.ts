import { setTimeout as delay } from 'node:timers/promises'
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue'

export type Lease = {
  /** Stops renewing; resolves with the pop receipt that is valid now. */
  end(): Promise<string>
}

/**
 * Keeps a message hidden while it is worked on: renews its visibility timeout at half time until
 * told to end. A renewal that fails is reported and is the last: another may have the message.
 */
export function keepLease(
  queue: QueueClient,
  { messageId, popReceipt }: DequeuedMessageItem,
  leaseMs: number,
  report: (error: unknown) => void,
): Lease {
  const stop = new AbortController()
  const renewing = renew().catch((error) => {
    if (!stop.signal.aborted) report(error)
  })
  return {
    async end() {
      stop.abort()
      await renewing
      return popReceipt
    },
  }

  async function renew(): Promise<void> {
    while (!stop.signal.aborted) {
      await delay(leaseMs / 2, undefined, { signal: stop.signal })
      const seconds = leaseSeconds(leaseMs)
      const renewed = await queue.updateMessage(messageId, popReceipt, undefined, seconds)
      popReceipt = renewed.popReceipt ?? popReceipt
    }
  }
}

/** A visibility timeout counts in whole seconds. */
export function leaseSeconds(leaseMs: number): number {
  return Math.ceil(leaseMs / 1000)
}
