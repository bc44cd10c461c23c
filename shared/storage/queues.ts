import { type Lane, laneQueue, MESSAGES, type Message, type QueueName } from '../events/messages.ts'
import type { StorageClients } from './clients.ts'

/** Puts work on queues. */
export type Queues = {
  /** Resolves when the message is stored. */
  send<Q extends QueueName>(
    queue: Q,
    message: Omit<Message<Q>, 'schemaVersion'>,
    lane: Lane,
  ): Promise<void>
}

export function createQueues(clients: StorageClients): Queues {
  return {
    async send(queue, message, lane) {
      const body = JSON.stringify(MESSAGES[queue].parse({ schemaVersion: 1, ...message }))
      // The host reads base64 and sends anything else straight to the poison queue.
      await clients.queue(laneQueue(queue, lane)).sendMessage(Buffer.from(body).toString('base64'))
    },
  }
}
