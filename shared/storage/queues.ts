import {
  type Lane,
  laneQueue,
  MESSAGES,
  poisonOf,
  type QueueName,
  type Work,
} from '../events/messages.ts'
import { MISSING, unless } from './answers.ts'
import type { StorageClients } from './clients.ts'

/** Puts work on queues. */
export type Queues = {
  /** Resolves when the message is stored. It can be seen after that many seconds. */
  send<Q extends QueueName>(
    queue: Q,
    message: Work<Q>,
    lane: Lane,
    afterSeconds?: number,
  ): Promise<void>
  /** What the host has put aside. Who settles none of it finds it there again after a while. */
  poisoned(queue: QueueName, lane: Lane): AsyncIterable<PoisonMessage>
}

/** A message that the host has given up, whatever it says; null: nothing that can be read. */
export type PoisonMessage = { message: unknown; settle(): Promise<void> }

/** How many messages one request takes at most: the most that a queue gives. */
const BATCH = 32
/** For how long nobody else sees what was taken. */
const HIDDEN_SECONDS = 300

/** The queues of the footage account. */
export function createQueues(clients: StorageClients): Queues {
  return {
    async send(queue, message, lane, afterSeconds = 0) {
      await clients
        .queue(laneQueue(queue, lane))
        .sendMessage(encode(queue, message), { visibilityTimeout: afterSeconds })
    },
    async *poisoned(queue, lane) {
      const poison = clients.queue(poisonOf(laneQueue(queue, lane)))
      const request = { numberOfMessages: BATCH, visibilityTimeout: HIDDEN_SECONDS }
      while (true) {
        // Until the host has put something aside there is no such queue.
        const taken = await unless([MISSING], () => poison.receiveMessages(request))
        if (!taken?.receivedMessageItems.length) return
        for (const { messageText, messageId, popReceipt } of taken.receivedMessageItems) {
          const settle = async () => {
            await unless([MISSING], () => poison.deleteMessage(messageId, popReceipt))
          }
          yield { message: decode(messageText), settle }
        }
      }
    },
  }
}

/** The host reads base64 and sends anything else straight to the poison queue. */
const encode = (queue: QueueName, message: object): string =>
  Buffer.from(JSON.stringify(MESSAGES[queue].parse({ schemaVersion: 1, ...message }))).toString(
    'base64',
  )

/** The host puts text that was not base64 aside as it came. JSON of an object is never base64. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64').toString())
  } catch {
    return null
  }
}
