import { app, type EventGridHandler, type StorageQueueHandler } from '@azure/functions'
import { type Services, servicesFor } from '../services.ts'
import { type BlobCreated, parseBlobCreated } from './blob-created.ts'
import { lanesOf, MESSAGES, type Message, type QueueName } from './messages.ts'

/** The connection, by the name of its settings, that holds footage, queues and tables. */
export const FOOTAGE_STORAGE = 'FootageStorage'

/**
 * How long a worker may take. Below the 10 minutes of `functionTimeout`, after which the host would
 * restart the process and everything else that runs in it.
 */
const WORK_LIMIT_MS = 9.5 * 60_000

/** Registers a worker for every lane of its queue: `renderChunk`, `renderChunkUrgent`. */
export function listen<Q extends QueueName>(queue: Q, handler: StorageQueueHandler): void {
  for (const queueName of lanesOf(queue)) {
    app.storageQueue(functionName(queueName), { queueName, connection: FOOTAGE_STORAGE, handler })
  }
}

/** The name of a queue as names of functions are written. */
export const functionName = (queueName: string): string =>
  queueName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/**
 * The edge around Event Grid handlers of blob-created events. Event Grid waits 30 seconds and
 * delivers again what failed: a handler only checks the event and puts a message on a queue.
 */
export const onBlobCreated =
  (act: (services: Services, blob: BlobCreated) => Promise<void>): EventGridHandler =>
  async (event, context) =>
    act(servicesFor(context), parseBlobCreated(event))

/** The edge around queue workers. What is thrown puts the message back, at the fifth time aside. */
export const onMessage =
  <Q extends QueueName>(
    queue: Q,
    act: (services: Services, message: Message<Q>, signal: AbortSignal) => Promise<void>,
  ): StorageQueueHandler =>
  async (body, context) => {
    const message = MESSAGES[queue].parse(body) as Message<Q>
    await act(servicesFor(context), message, AbortSignal.timeout(WORK_LIMIT_MS))
  }
