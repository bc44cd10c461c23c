import { z } from 'zod'
import type { FunctionMetadata } from '../core-module/rpc.ts'
import { resolveSettings, type Settings } from './settings.ts'

const httpSchema = z.object({
  type: z.literal('httpTrigger'),
  authLevel: z.enum(['anonymous', 'function', 'admin']).default('anonymous'),
  methods: z.array(z.string().transform((method) => method.toUpperCase())),
  route: z.string().optional(),
})
const eventGridSchema = z.object({ type: z.literal('eventGridTrigger') })
const queueSchema = z.object({
  type: z.literal('queueTrigger'),
  queueName: z.string(),
  /** The setting that holds the connection; `AzureWebJobsStorage` unless named. */
  connection: z.string().default('Storage'),
})
const timerSchema = z.object({
  type: z.literal('timerTrigger'),
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().optional(),
})
const triggerSchema = z.discriminatedUnion('type', [
  httpSchema,
  eventGridSchema,
  queueSchema,
  timerSchema,
])

type Named = {
  name: string
  /** Of the trigger's binding, under which its value travels. */
  bindingName: string
}
export type HttpTrigger = Named & {
  trigger: 'http'
  authLevel: 'anonymous' | 'function' | 'admin'
  methods: string[]
  route: string
}
export type EventGridTrigger = Named & { trigger: 'eventGrid' }
export type QueueTrigger = Named & { trigger: 'queue'; queueName: string; connection: string }
export type TimerTrigger = Named & {
  trigger: 'timer'
  schedule: string
  runOnStartup: boolean
  useMonitor: boolean | undefined
}
/** A function that this host can run, its `%SETTING%`s resolved. */
export type HostFunction = HttpTrigger | EventGridTrigger | QueueTrigger | TimerTrigger

/**
 * Reads what the app registered.
 * @throws Error saying why this function cannot be run; the others can.
 */
export function readFunction(metadata: FunctionMetadata, settings: Settings): HostFunction {
  const bindings = Object.entries(metadata.bindings)
  const found = bindings.find(([, { type }]) => /trigger$/i.test(type))
  if (!found) throw new Error('it has no trigger')
  const parsed = triggerSchema.safeParse(found[1])
  if (!parsed.success) {
    throw new Error(
      `its trigger ${found[1].type} is not one that this host can run as it is declared: ${z.prettifyError(parsed.error)}`,
    )
  }
  const named = { name: metadata.name, bindingName: found[0] }
  const trigger = parsed.data
  switch (trigger.type) {
    case 'httpTrigger':
      return { ...named, ...checkedHttp(trigger, metadata.name) }
    case 'eventGridTrigger':
      return { ...named, trigger: 'eventGrid' }
    case 'queueTrigger': {
      const queueName = resolveSettings(trigger.queueName, settings)
      const connection = resolveSettings(trigger.connection, settings)
      return { ...named, trigger: 'queue', queueName, connection }
    }
    case 'timerTrigger': {
      const { runOnStartup, useMonitor } = trigger
      const schedule = resolveSettings(trigger.schedule, settings)
      return { ...named, trigger: 'timer', schedule, runOnStartup, useMonitor }
    }
  }
}

/** What a caller of the host may want to know of a function. */
export type FunctionDescription = {
  name: string
  trigger: HostFunction['trigger']
  details: Record<string, unknown>
}

/** What the list of functions says of one. */
export function describeFunction(fn: HostFunction): FunctionDescription {
  const { name, trigger, bindingName: _, ...details } = fn
  return { name, trigger, details }
}

/** Inputs and outputs beside the trigger and the HTTP response, which this host does not serve. */
export function unservedBindings(metadata: FunctionMetadata): string[] {
  return Object.values(metadata.bindings)
    .filter(({ type }) => !/trigger$/i.test(type) && type !== 'http')
    .map(({ type, direction }) => `${type} (${direction})`)
}

function checkedHttp({ route, methods, authLevel }: z.infer<typeof httpSchema>, name: string) {
  const template = route || name
  // The host's own endpoints; it compares letters, so `administration` is refused as well.
  if (/^admin/i.test(template)) {
    throw new Error(`its route '${template}' conflicts with the host's own routes under admin`)
  }
  return { trigger: 'http' as const, authLevel, methods, route: template }
}
