import { randomUUID } from 'node:crypto'
import type { EventSubscription } from '../../topology.ts'
import type { Clock } from './clock.ts'
import { type DeadLetterSink, deadLetter } from './dead-letter.ts'
import type { GridEvent } from './events.ts'
import type { Report } from './report.ts'
import {
  type AttemptOutcome,
  afterAttempt,
  DEAD_LETTER_DELAY_MS,
  type DeadLetterReason,
  type Decision,
  deliveryOutcome,
  isExpired,
} from './retry.ts'
import type { WebhookSender } from './webhook.ts'

export type DeliveryContext = {
  webhooks: WebhookSender
  deliverTo: (subscription: EventSubscription) => URL
  deadLetters: DeadLetterSink
  clock: Clock
  /** Draws from 0 to below 1, for the jitter of retries. */
  random: () => number
  /** Part of its documented length that each wait and time to live has here. */
  retryScale: number
  report: (report: Report) => void
  /** Ends all waiting. */
  signal: AbortSignal
}

/** One event on its way to one subscription. */
export type Delivery = {
  event: GridEvent
  subscription: EventSubscription
  publishedAt: number
  attempts: number
  last: { at: number; outcome: AttemptOutcome } | undefined
}

/** Makes attempts until the event is taken or given up. */
export async function deliver(delivery: Delivery, context: DeliveryContext): Promise<void> {
  await follow(delivery, await attempt(delivery, context), context)
}

/** Makes the attempt that is due, or finds that the event has outlived its time. */
export async function attempt(delivery: Delivery, context: DeliveryContext): Promise<Decision> {
  const { clock, retryScale, report } = context
  const { event, subscription } = delivery
  const age = (clock.now() - delivery.publishedAt) / retryScale
  if (isExpired(age, subscription.retry)) return { kind: 'giveUp', reason: 'TimeToLiveExceeded' }
  const at = clock.now()
  const outcome = await context.webhooks.send(context.deliverTo(subscription), {
    event,
    subscription: subscription.name,
    deliveryCount: delivery.attempts,
  })
  delivery.attempts += 1
  delivery.last = { at, outcome }
  const decision = afterAttempt(outcome, delivery.attempts, subscription.retry, context.random())
  const { attempts } = delivery
  report({ kind: 'attempted', ...idsOf(delivery), attempts, outcome, decision })
  return decision
}

/** Does what was decided after an attempt, further attempts included. */
export async function follow(
  delivery: Delivery,
  decision: Decision,
  context: DeliveryContext,
): Promise<void> {
  const { clock, retryScale, signal } = context
  let next = decision
  while (next.kind === 'retry') {
    await clock.sleep(next.delayMs * retryScale, signal)
    next = await attempt(delivery, context)
  }
  if (next.kind === 'giveUp') await giveUp(delivery, next.reason, context)
}

async function giveUp(
  delivery: Delivery,
  reason: DeadLetterReason,
  { clock, retryScale, signal, deadLetters, report }: DeliveryContext,
): Promise<void> {
  const { deadLetterContainer: container, name } = delivery.subscription
  if (!container) return report({ kind: 'lost', ...idsOf(delivery), reason })
  await clock.sleep(DEAD_LETTER_DELAY_MS * retryScale, signal)
  const letter = deadLetter(
    {
      subscription: name,
      event: delivery.event,
      reason,
      deliveryAttempts: delivery.attempts,
      lastDeliveryOutcome: delivery.last ? deliveryOutcome(delivery.last.outcome) : 'Aborted',
      publishTime: new Date(delivery.publishedAt),
      lastDeliveryAttemptTime: delivery.last && new Date(delivery.last.at),
    },
    new Date(clock.now()),
    randomUUID(),
  )
  await deadLetters(container, letter)
  report({ kind: 'deadLettered', ...idsOf(delivery), reason, container, path: letter.path })
}

function idsOf({ subscription, event }: Delivery): { subscription: string; eventId: string } {
  return { subscription: subscription.name, eventId: event.id }
}
