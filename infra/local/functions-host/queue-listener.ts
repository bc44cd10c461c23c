import { setTimeout as delay } from 'node:timers/promises'
import {
  type DequeuedMessageItem,
  type QueueClient,
  type QueueServiceClient,
  RestError,
} from '@azure/storage-queue'
import type { QueueTrigger } from './functions.ts'
import type { QueueOptions } from './host-json.ts'
import type { Invoke } from './invoker.ts'
import type { HostLog } from './log.ts'
import { keepLease, leaseSeconds } from './queue-lease.ts'
import { queueBindingData, readMessageText } from './queue-message.ts'
import { pollingDelayMs } from './queue-polling.ts'

export type QueueListenerOptions = {
  function: QueueTrigger
  service: QueueServiceClient
  queues: QueueOptions
  /** How long a message is hidden while it is worked on. */
  leaseMs: number
  invoke: Invoke
  log: HostLog
}

/**
 * Takes messages from one queue for one function, by the logic of the storage queue extension
 * (v5): batches, renewal of the lease at half time, `<queue>-poison` after maxDequeueCount.
 * A queue that does not exist is waited for; only the poison queue is ever created.
 */
export class QueueListener {
  readonly #options: QueueListenerOptions
  readonly #queue: QueueClient
  readonly #poison: QueueClient
  readonly #stop = new AbortController()
  readonly #processing = new Set<Promise<void>>()
  readonly #polling: Promise<void>

  constructor(options: QueueListenerOptions) {
    this.#options = options
    const { queueName } = options.function
    this.#queue = options.service.getQueueClient(queueName)
    this.#poison = options.service.getQueueClient(`${queueName}-poison`)
    this.#polling = this.#poll()
  }

  /** Takes no further message; resolves when those in hand are done with, deleted or released. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#polling
    await Promise.all(this.#processing)
  }

  async #poll(): Promise<void> {
    const { batchSize, newBatchThreshold, maxPollingInterval } = this.#options.queues
    let emptyPolls = 0
    while (!this.#stop.signal.aborted) {
      const messages = await this.#receive(batchSize)
      for (const message of messages) this.#start(message)
      if (messages.length > 0) {
        emptyPolls = 0
        while (this.#processing.size > newBatchThreshold) await Promise.race(this.#processing)
      } else {
        const ms = pollingDelayMs(++emptyPolls, maxPollingInterval, Math.random())
        await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => {})
      }
    }
  }

  async #receive(numberOfMessages: number): Promise<DequeuedMessageItem[]> {
    try {
      // Not to be aborted by stop(): what was taken and not seen would stay hidden for a lease.
      const { receivedMessageItems } = await this.#queue.receiveMessages({
        numberOfMessages,
        visibilityTimeout: leaseSeconds(this.#options.leaseMs),
      })
      return receivedMessageItems
    } catch (error) {
      const isGone = error instanceof RestError && error.statusCode === 404
      if (!isGone) this.#report('polling failed', error)
      return []
    }
  }

  #start(message: DequeuedMessageItem): void {
    const processing = this.#process(message).catch((error) =>
      this.#report(`message ${message.messageId} could not be completed`, error),
    )
    this.#processing.add(processing)
    processing.finally(() => this.#processing.delete(processing))
  }

  async #process(message: DequeuedMessageItem): Promise<void> {
    const { queues, leaseMs } = this.#options
    const { maxDequeueCount, messageEncoding, visibilityTimeout } = queues
    const body = readMessageText(message.messageText, messageEncoding)
    if (body.kind === 'undecodable') {
      this.#warn(`Message ${message.messageId} is not base64: moving it to '${this.#poison.name}'`)
      return this.#moveToPoison(message, message.popReceipt)
    }
    // It was taken so often, and each time nobody lived to say how it went.
    if (message.dequeueCount > maxDequeueCount) {
      return this.#moveToPoison(message, message.popReceipt)
    }
    const lease = keepLease(this.#queue, message, leaseMs, (error) =>
      this.#report(`the lease on ${message.messageId} was not renewed`, error),
    )
    const ended = body.kind === 'text' ? await this.#invoke(body.text, message) : 'failed'
    const popReceipt = await lease.end()
    if (ended === 'succeeded') await this.#delete(message, popReceipt)
    else if (ended === 'lost') return
    else if (message.dequeueCount >= maxDequeueCount) {
      this.#warn(
        `Message has reached MaxDequeueCount of ${maxDequeueCount}. Moving message to queue '${this.#poison.name}'.`,
      )
      await this.#moveToPoison(message, popReceipt)
    } else {
      const seconds = Math.ceil(visibilityTimeout / 1000)
      await ignoreTakenOver(
        this.#queue.updateMessage(message.messageId, popReceipt, undefined, seconds),
      )
    }
  }

  async #invoke(text: string, message: DequeuedMessageItem) {
    const { function: fn, invoke } = this.#options
    const outcome = await invoke({
      function: fn,
      reason: `Reason='New queue message detected on '${fn.queueName}'.'`,
      value: { string: text },
      bindingData: queueBindingData(text, message),
    })
    // Of a machine that died nobody is left to release the message: its lease runs out.
    return outcome.kind === 'succeeded' || outcome.kind === 'lost' ? outcome.kind : 'failed'
  }

  async #moveToPoison(message: DequeuedMessageItem, popReceipt: string): Promise<void> {
    // As it came: base64 text stays the same base64, raw text stays raw. It lives for 7 days.
    await this.#poison.createIfNotExists()
    await this.#poison.sendMessage(message.messageText)
    await this.#delete(message, popReceipt)
  }

  async #delete({ messageId }: DequeuedMessageItem, popReceipt: string): Promise<void> {
    await ignoreTakenOver(this.#queue.deleteMessage(messageId, popReceipt))
  }

  #warn(message: string): void {
    this.#options.log.warning(message, { functionName: this.#options.function.name })
  }

  #report(what: string, error: unknown): void {
    const { function: fn, log } = this.#options
    log.error(`Queue '${fn.queueName}': ${what}: ${error}`, { functionName: fn.name })
  }
}

/** The message is gone or in another's hands by now (PopReceiptMismatch): theirs to complete. */
async function ignoreTakenOver(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    const isTakenOver =
      error instanceof RestError &&
      (error.statusCode === 404 || error.code === 'PopReceiptMismatch')
    if (!isTakenOver) throw error
  }
}
