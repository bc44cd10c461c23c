import { BindingData } from './binding-data.ts'
import type { HostFunction } from './functions.ts'
import type { QueueOptions } from './host-json.ts'
import type { Invoke } from './invoker.ts'
import type { HostLimits } from './limits.ts'
import type { HostLog } from './log.ts'
import { connectQueues } from './queue-connection.ts'
import { QueueListener } from './queue-listener.ts'
import { reportInError } from './registered-functions.ts'
import { blobStatusStore } from './schedule-status.ts'
import type { Settings } from './settings.ts'
import { TimerListener } from './timer-listener.ts'
import { parseSchedule } from './timer-schedule.ts'

export type TriggersOptions = {
  settings: Settings
  queues: QueueOptions
  limits: HostLimits
  invoke: Invoke
  log: HostLog
}

export type Triggers = {
  /** All that run: those that could not be started are left out. */
  functions: HostFunction[]
  timers: ReadonlyMap<string, TimerListener>
  /** Starts nothing any more; resolves when queue messages in hand are done with. */
  stop(): Promise<void>
}

/**
 * Starts what starts functions by itself: queue listeners and timers. One that cannot start (a
 * missing connection, a bad schedule) disables its function only.
 */
export async function startTriggers(
  functions: readonly HostFunction[],
  options: TriggersOptions,
): Promise<Triggers> {
  const queues: QueueListener[] = []
  const timers = new Map<string, TimerListener>()
  const started: HostFunction[] = []
  for (const fn of functions) {
    try {
      if (fn.trigger === 'queue') queues.push(await listenToQueue(fn, options))
      if (fn.trigger === 'timer') timers.set(fn.name, await startTimer(fn, options))
      started.push(fn)
    } catch (error) {
      reportInError(fn.name, error, options.log)
    }
  }
  return {
    functions: started,
    timers,
    async stop() {
      for (const timer of timers.values()) timer.stop()
      await Promise.all(queues.map((queue) => queue.stop()))
    },
  }
}

/** Starts a function that is not HTTP-triggered with an input made up by hand. */
export function runByHand(
  fn: HostFunction,
  input: string,
  { timers }: Triggers,
  invoke: Invoke,
): void {
  const timer = timers.get(fn.name)
  if (timer) return void timer.trigger()
  invoke({
    function: fn,
    reason: `Reason='This function was programmatically called via the host APIs.'`,
    value: { string: input },
    bindingData: new BindingData().applyPayload(input),
  })
}

/**
 * Runs a timer function now, outside its schedule; resolves when it has ended.
 * @throws Error when there is no such timer, or when it fails.
 */
export async function runTimer(name: string, { timers }: Triggers): Promise<void> {
  const timer = timers.get(name)
  if (!timer) {
    throw new Error(`There is no timer '${name}'; there are: ${[...timers.keys()].join(', ')}`)
  }
  const outcome = await timer.trigger()
  if (outcome.kind === 'succeeded') return
  throw new Error(
    `Timer '${name}' ${outcome.kind}${outcome.kind === 'failed' ? `: ${outcome.error}` : ''}`,
  )
}

async function listenToQueue(
  fn: Extract<HostFunction, { trigger: 'queue' }>,
  { settings, queues, limits, invoke, log }: TriggersOptions,
): Promise<QueueListener> {
  const service = await connectQueues(fn.connection, settings)
  const leaseMs = limits.queueLeaseMs
  return new QueueListener({ function: fn, service, queues, leaseMs, invoke, log })
}

function startTimer(
  fn: Extract<HostFunction, { trigger: 'timer' }>,
  { settings, invoke, log }: TriggersOptions,
): Promise<TimerListener> {
  const schedule = parseSchedule(fn.schedule, settings.WEBSITE_TIME_ZONE)
  const store = () => blobStatusStore(settings)
  return TimerListener.start({ function: fn, schedule, store, invoke, log })
}
