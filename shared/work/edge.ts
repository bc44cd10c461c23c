import { app, type EventGridHandler, type StorageQueueHandler } from '@azure/functions'
import { type BlobCreated, parseBlobCreated } from '../events/blob-created.ts'
import {
  type Lane,
  laneQueue,
  lanesOf,
  MESSAGES,
  type Message,
  type QueueName,
} from '../events/messages.ts'
import { type Services, servicesFor } from '../services.ts'
import { tryAgainLater } from './try-again.ts'

/** The connection, by the name of its settings, that holds footage, queues and tables. */
const FOOTAGE_STORAGE = 'FootageStorage'

/**
 * How long a worker may take. Below the 10 minutes of `functionTimeout`, after which the host would
 * restart the process and everything else that runs in it.
 */
const WORK_LIMIT_MS = 9.5 * 60_000

/** Registers a worker for every lane of its queue: `renderChunk`, `renderChunkUrgent`. */
export function listen(queue: QueueName, handlerOf: (lane: Lane) => StorageQueueHandler): void {
  for (const lane of lanesOf(queue)) {
    const queueName = laneQueue(queue, lane)
    const handler = handlerOf(lane)
    app.storageQueue(functionName(queueName), { queueName, connection: FOOTAGE_STORAGE, handler })
  }
}

/** The name of a queue as names of functions are written. */
const functionName = (queueName: string): string =>
  queueName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/**
 * The edge around Event Grid handlers of blob-created events. Event Grid waits 30 seconds and
 * delivers again what failed: a handler only checks the event and puts a message on a queue.
 */
export const onBlobCreated =
  (act: (services: Services, blob: BlobCreated) => Promise<void>): EventGridHandler =>
  async (event, context) =>
    act(servicesFor(context), parseBlobCreated(event))

/**
 * The edge around the queue workers of a lane. What fails is tried again after waits that grow, at
 * the fifth time given up. A worker that dies, or cannot even say so, leaves that to the queue.
 */
export const onMessage =
  <Q extends QueueName>(
    queue: Q,
    act: (
      services: Services,
      message: Message<Q>,
      signal: AbortSignal,
      lane: Lane,
    ) => Promise<void>,
  ): ((lane: Lane) => StorageQueueHandler) =>
  (lane) =>
  async (body, context) => {
    const message = MESSAGES[queue].parse(body) as Message<Q>
    const services = servicesFor(context)
    try {
      await act(services, message, AbortSignal.timeout(WORK_LIMIT_MS), lane)
    } catch (error) {
      await tryAgainLater(services, queue, message, lane, error)
    }
  }
