import type { EventSubscription, Topology } from '../../topology.ts'
import { type Clock, systemClock } from './clock.ts'
import type { DeadLetterSink } from './dead-letter.ts'
import type { EventGridEvent, GridEvent } from './events.ts'
import { type Faults, faultsSchema } from './faults.ts'
import { type Lane, type LaneContext, lane } from './lane.ts'
import { pendingWork } from './pending.ts'
import { seededRandom } from './random.ts'
import type { Report } from './report.ts'
import { startEventGridServer } from './server.ts'
import { webhookSender } from './webhook.ts'

/** Time Event Grid gives an endpoint for its answer. */
const ANSWER_LIMIT_MS = 30_000
/** Events of the custom topic that stay readable. */
const RECENT_EVENTS = 1_000

export type EventGridOptions = {
  topology: Pick<Topology, 'eventSubscriptions' | 'domainEvents'>
  /** Where a subscription's events go; asked anew for each attempt, so a host may move. */
  deliverTo: (subscription: EventSubscription) => URL
  deadLetters: DeadLetterSink
  /** Part of its documented length that each wait and time to live has; 1 is Azure, 0.001 suits tests. */
  retryScale?: number
  answerLimitMs?: number
  /** Of topic and fault endpoints; 0, the default, takes any free port. */
  port?: number
  /** What publishers to the custom topic must present. */
  topicKey?: string
  /** Faults and jitter are the same for the same seed. */
  seed?: number
  clock?: Clock
  report?: (report: Report) => void
}

export type EventGrid = {
  /** Takes events of the storage account. A promised event counts as under way from now on. */
  publish(event: EventGridEvent | Promise<EventGridEvent>): void
  /** Base of the HTTP endpoints, see the README. */
  url: string
  /** What publishers of domain events are configured with. */
  topicEndpoint: string
  topicKey: string
  /** The newest events of the custom topic, the oldest first. */
  recentEvents(): GridEvent[]
  /**
   * Changes the faults of a subscription, or of all with `*`; what is not named is off.
   * @throws Error when there is no such subscription, ZodError when the faults are malformed.
   */
  setFaults(subscription: string, faults: unknown): void
  faults(): Record<string, Faults>
  /** Resolves when nothing is in flight, waiting for a retry or about to be dead-lettered. */
  idle(): Promise<void>
  /** Gives up all deliveries without dead letters and stops listening. */
  dispose(): Promise<void>
}

/**
 * Starts the stand-in for Event Grid: a system topic for the storage account, whose events are
 * given to `publish`, and a custom topic over HTTP.
 * @throws Error naming the port when it is taken.
 */
export async function startEventGrid(options: EventGridOptions): Promise<EventGrid> {
  const { topology, topicKey = 'local-topic-key', seed = 1, report = () => {} } = options
  const stopped = new AbortController()
  const pending = pendingWork()
  const webhooks = webhookSender(options.answerLimitMs ?? ANSWER_LIMIT_MS, stopped.signal)

  const start = (work: () => Promise<void>) =>
    pending.add(
      work().catch((cause) => {
        // What stops because all stops has not failed.
        if (!stopped.signal.aborted) report({ kind: 'failed', cause })
      }),
    )
  const context: LaneContext = {
    webhooks,
    deliverTo: options.deliverTo,
    deadLetters: options.deadLetters,
    clock: options.clock ?? systemClock,
    random: seededRandom(seed),
    retryScale: options.retryScale ?? 1,
    report,
    signal: stopped.signal,
    start,
  }
  const storageLanes = topology.eventSubscriptions.map((subscription, index) =>
    lane(subscription, context, seededRandom(seed + index)),
  )
  const topicLanes = topology.domainEvents.eventSubscriptions.map((subscription, index) =>
    lane(subscription, context, seededRandom(seed + storageLanes.length + index)),
  )
  const lanes = [...storageLanes, ...topicLanes]
  const recent: GridEvent[] = []

  const control = {
    recentEvents: () => [...recent],
    faults: () => Object.fromEntries(lanes.map((l) => [l.subscription.name, l.faults()])),
    setFaults(name: string, faults: unknown) {
      const parsed = faultsSchema.parse(faults)
      for (const chosen of lanesNamed(lanes, name)) chosen.setFaults(parsed)
    },
  }
  const server = await startEventGridServer({
    port: options.port ?? 0,
    topic: topology.domainEvents.topic,
    topicKey,
    ...control,
    accept(events) {
      recent.push(...events)
      recent.splice(0, recent.length - RECENT_EVENTS)
      for (const event of events) for (const each of topicLanes) each.offer(event)
    },
  })
  return {
    publish: (event) =>
      start(async () => {
        const known = await event
        for (const each of storageLanes) each.offer(known)
      }),
    url: server.url,
    topicEndpoint: `${server.url}/topics/${topology.domainEvents.topic}/api/events`,
    topicKey,
    ...control,
    idle: pending.idle,
    async dispose() {
      stopped.abort()
      webhooks.close()
      await server.close()
      await pending.idle()
    },
  }
}

function lanesNamed(lanes: Lane[], name: string): Lane[] {
  if (name === '*') return lanes
  const found = lanes.filter(({ subscription }) => subscription.name === name)
  if (found.length > 0) return found
  const known = lanes.map(({ subscription }) => subscription.name).join(', ')
  throw new Error(`There is no event subscription "${name}"; there are: ${known}`)
}
