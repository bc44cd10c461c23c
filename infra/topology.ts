import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { advancedFilterSchema } from './advanced-filter.ts'

/** Limits of Event Grid: "Event filtering", section Limitations. */
const MAX_ADVANCED_FILTERS = 25
const MAX_FILTER_VALUES = 25

/** Names as Blob and Queue Storage accept them: "Naming and referencing containers". */
const storageName = z
  .string()
  .regex(
    /^[a-z0-9](?:-?[a-z0-9]){2,62}$/,
    'expected 3–63 lower-case letters, digits, single dashes',
  )
const tableName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9]{2,62}$/, 'expected 3–63 letters and digits, a letter first')

const containerSchema = z.strictObject({
  name: storageName,
  purpose: z.string().min(1),
  /** Version-level immutability: Azure enforces it, Azurite accepts it and enforces nothing. */
  immutable: z.boolean().default(false),
})

const corsRuleSchema = z.strictObject({
  allowedOrigins: z.array(z.string()).min(1),
  allowedMethods: z.array(z.enum(['DELETE', 'GET', 'HEAD', 'MERGE', 'OPTIONS', 'POST', 'PUT'])),
  allowedHeaders: z.array(z.string()),
  exposedHeaders: z.array(z.string()),
  maxAgeInSeconds: z.int().nonnegative(),
})

/** As browsers send it: scheme, host and port. */
const originSchema = z
  .string()
  .refine((origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin, {
    error: 'expected an origin, https://host[:port]',
  })

/** The retry policy of a subscription; bounds and defaults are Event Grid's. */
const retryPolicySchema = z.strictObject({
  maxDeliveryAttempts: z.int().min(1).max(30).default(30),
  eventTimeToLiveInMinutes: z.int().min(1).max(1440).default(1440),
})

const eventSubscriptionSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{3,64}$/, 'expected 3–64 letters, digits and dashes'),
  /** The name under which the app registers the Event Grid function; it is matched exactly. */
  function: z.string().min(1),
  /** Absent: events of every type. */
  includedEventTypes: z.array(z.string()).min(1).optional(),
  subjectBeginsWith: z.string().default(''),
  subjectEndsWith: z.string().default(''),
  isSubjectCaseSensitive: z.boolean().default(false),
  advancedFilters: z
    .array(advancedFilterSchema)
    .max(MAX_ADVANCED_FILTERS)
    .refine((filters) => countValues(filters) <= MAX_FILTER_VALUES, {
      error: `expected at most ${MAX_FILTER_VALUES} values over all advanced filters of a subscription`,
    })
    .default([]),
  retry: retryPolicySchema.default({ maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }),
  /** Absent: events that cannot be delivered are lost, as in Azure. */
  deadLetterContainer: storageName.optional(),
})

/** Everything the app needs to exist beside itself: the one declaration Azure and local both obey. */
export const topologySchema = z
  .strictObject({
    containers: z.array(containerSchema),
    /** Of the storage account: players come from the app by a redirect, which makes their origin `null`. */
    cors: z.array(corsRuleSchema).max(5),
    app: z.strictObject({
      cors: z.strictObject({
        /** Web clients; the local runtime adds the developer's player to them. */
        allowedOrigins: z.array(originSchema),
      }),
    }),
    queues: z.array(storageName),
    tables: z.array(tableName),
    /** On events of the storage account. */
    eventSubscriptions: z.array(eventSubscriptionSchema),
    domainEvents: z.strictObject({
      topic: z.string().regex(/^[A-Za-z0-9-]{3,50}$/, 'expected 3–50 letters, digits and dashes'),
      /** On the events that the app itself publishes. */
      eventSubscriptions: z.array(eventSubscriptionSchema).default([]),
    }),
  })
  .superRefine((topology, context) => {
    const subscriptions = [
      ...topology.eventSubscriptions,
      ...topology.domainEvents.eventSubscriptions,
    ]
    const containers = new Set(topology.containers.map(({ name }) => name))
    const seen = new Set<string>()
    for (const { name, deadLetterContainer } of subscriptions) {
      const complain = (message: string) =>
        context.addIssue({ code: 'custom', path: ['eventSubscriptions', name], message })
      if (seen.has(name)) complain('is declared twice')
      seen.add(name)
      if (deadLetterContainer !== undefined && !containers.has(deadLetterContainer)) {
        complain(`names the container "${deadLetterContainer}", which is not declared`)
      }
    }
  })

export type Topology = z.output<typeof topologySchema>
export type EventSubscription = z.output<typeof eventSubscriptionSchema>
export type RetryPolicy = z.output<typeof retryPolicySchema>

/**
 * Reads and checks `topology.json`.
 * @throws Error naming each field at fault.
 */
export function readTopology(file: URL = new URL('topology.json', import.meta.url)): Topology {
  const parsed = topologySchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(`The topology in ${file.pathname} is wrong:\n${z.prettifyError(parsed.error)}`)
}

function countValues(filters: z.output<typeof advancedFilterSchema>[]): number {
  return filters.reduce((sum, filter) => sum + ('values' in filter ? filter.values.length : 1), 0)
}
