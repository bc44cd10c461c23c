import {
  type Lane,
  laneQueue,
  MESSAGES,
  type Message,
  poisonOf,
  type QueueName,
} from '../events/messages.ts'
import type { StorageClients } from './clients.ts'

/** Puts work on queues. */
export type Queues = {
  /** Resolves when the message is stored. It can be seen after that many seconds. */
  send<Q extends QueueName>(
    queue: Q,
    message: Omit<Message<Q>, 'schemaVersion'>,
    lane: Lane,
    afterSeconds?: number,
  ): Promise<void>
  /** Gives work up: puts it where the host puts what its own attempts could not do. */
  setAside<Q extends QueueName>(queue: Q, message: Message<Q>, lane: Lane): Promise<void>
}

export function createQueues(clients: StorageClients): Queues {
  return {
    async send(queue, message, lane, afterSeconds = 0) {
      await clients
        .queue(laneQueue(queue, lane))
        .sendMessage(encode(queue, message), { visibilityTimeout: afterSeconds })
    },
    async setAside(queue, message, lane) {
      const aside = clients.queue(poisonOf(laneQueue(queue, lane)))
      // As the host does: until something is put aside there is no such queue.
      await aside.createIfNotExists()
      await aside.sendMessage(encode(queue, message))
    },
  }
}

/** The host reads base64 and sends anything else straight to the poison queue. */
const encode = (queue: QueueName, message: object): string =>
  Buffer.from(JSON.stringify(MESSAGES[queue].parse({ schemaVersion: 1, ...message }))).toString(
    'base64',
  )
