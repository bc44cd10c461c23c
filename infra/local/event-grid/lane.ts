import type { EventSubscription } from '../../topology.ts'
import { attempt, type Delivery, type DeliveryContext, deliver, follow } from './delivery.ts'
import type { GridEvent } from './events.ts'
import { type Faults, faultsSchema, strike } from './faults.ts'
import { matches } from './matches.ts'

/** The way of events to one subscription, with its faults. */
export type Lane = {
  subscription: EventSubscription
  faults(): Faults
  setFaults(faults: Faults): void
  /** Takes the event if the subscription wants it. */
  offer(event: GridEvent): void
}

export type LaneContext = DeliveryContext & {
  /** Runs work that nobody awaits, and reports what it throws. */
  start: (work: () => Promise<void>) => void
}

/** @param random draws the faults; one of its own makes them independent of other subscriptions */
export function lane(
  subscription: EventSubscription,
  context: LaneContext,
  random: () => number,
): Lane {
  const { clock, signal, start, report } = context
  let faults = faultsSchema.parse({})
  let gathered: Delivery[] = []

  /** One after the other, or else the network could put them into order again. */
  function release(): void {
    const batch = gathered.reverse()
    gathered = []
    start(async () => {
      for (const delivery of batch) {
        const decision = await attempt(delivery, context)
        start(() => follow(delivery, decision, context))
      }
    })
  }

  function gather(delivery: Delivery): void {
    gathered.push(delivery)
    const batch = gathered
    if (batch.length >= faults.reorder.gather) release()
    else if (batch.length === 1) {
      start(async () => {
        await clock.sleep(faults.reorder.withinMs, signal)
        if (batch === gathered) release()
      })
    }
  }

  function send(delivery: Delivery, delayMs: number): void {
    start(async () => {
      if (delayMs > 0) await clock.sleep(delayMs, signal)
      if (faults.reorder.gather > 1) gather(delivery)
      else await deliver(delivery, context)
    })
  }

  return {
    subscription,
    faults: () => faults,
    setFaults(changed) {
      faults = changed
    },
    offer(event) {
      if (!matches(subscription, event)) return
      const { copies, delayMs, remaining } = strike(faults, random)
      faults = remaining
      if (copies !== 1) {
        report({ kind: 'faulted', subscription: subscription.name, eventId: event.id, copies })
      }
      const publishedAt = clock.now()
      for (let copy = 0; copy < copies; copy++) {
        send({ event, subscription, publishedAt, attempts: 0, last: undefined }, delayMs)
      }
    },
  }
}
