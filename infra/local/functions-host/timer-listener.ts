import { BindingData, json } from './binding-data.ts'
import type { TimerTrigger } from './functions.ts'
import type { Invoke } from './invoker.ts'
import type { HostLog } from './log.ts'
import { NEVER, type ScheduleStatus, type StatusStore } from './schedule-status.ts'
import { isMonitored, type Schedule } from './timer-schedule.ts'
import type { InvocationOutcome } from './worker-process.ts'

/** What setTimeout can hold; a later time is waited for in several steps. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

export type TimerListenerOptions = {
  function: TimerTrigger
  schedule: Schedule
  /** For schedules of a minute or more, unless the function declares `useMonitor: false`. */
  store: () => StatusStore
  invoke: Invoke
  log: HostLog
}

/** Runs one function by its schedule, never twice at once. */
export class TimerListener {
  readonly #options: TimerListenerOptions
  readonly #store: StatusStore | undefined
  #status: ScheduleStatus | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  private constructor(options: TimerListenerOptions) {
    this.#options = options
    const isWanted = options.function.useMonitor ?? true
    const isKept = isWanted && isMonitored(options.schedule, new Date())
    this.#store = isKept ? options.store() : undefined
  }

  /**
   * Runs at once when the schedule says that a run was missed while no host was there, or when
   * the function declares `runOnStartup`; then waits for the next time.
   * @throws Error when its status cannot be read.
   */
  static async start(options: TimerListenerOptions): Promise<TimerListener> {
    const listener = new TimerListener(options)
    const { function: fn, schedule } = options
    const now = new Date()
    const kept = await listener.#store?.read(fn.name)
    if (kept) listener.#status = { ...kept, Next: expectedNext(kept, schedule) }
    const isPastDue = listener.#status !== undefined && listener.#status.Next < now
    if (isPastDue || fn.runOnStartup) {
      listener.#run(now, isPastDue)
    } else {
      // Written before the first run: a host that starts after it sees that it was missed.
      const next = schedule.next(now)
      await listener.#remember({ Last: listener.#status?.Last ?? NEVER, Next: next })
      listener.#waitFor(next)
    }
    return listener
  }

  /** Runs the function now, outside its schedule. */
  trigger(isPastDue = false): Promise<InvocationOutcome> {
    const { function: fn, invoke } = this.#options
    return invoke({
      function: fn,
      reason: `Reason='Timer fired at ${new Date().toISOString()}'`,
      value: json({
        Schedule: { AdjustForDST: true },
        ScheduleStatus: this.#status ?? null,
        IsPastDue: isPastDue,
      }),
      bindingData: new BindingData(),
    })
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #run(at: Date, isPastDue: boolean): Promise<void> {
    const { function: fn, schedule, log } = this.#options
    await this.trigger(isPastDue)
    const next = schedule.next(at)
    try {
      await this.#remember({ Last: at.toISOString(), Next: next })
    } catch (error) {
      log.error(`The schedule status of '${fn.name}' was not kept: ${error}`, {
        functionName: fn.name,
      })
    }
    this.#waitFor(next)
  }

  #waitFor(due: Date): void {
    if (this.#stopped) return
    const ms = due.getTime() - Date.now()
    if (ms > MAX_TIMEOUT_MS) {
      this.#timer = setTimeout(() => this.#waitFor(due), MAX_TIMEOUT_MS)
      return
    }
    this.#timer = setTimeout(
      // Timers may fire a little early: the same time would come due again.
      () => this.#run(new Date(Math.max(due.getTime(), Date.now())), false),
      Math.max(0, ms),
    )
  }

  async #remember(times: Pick<ScheduleStatus, 'Last' | 'Next'>): Promise<void> {
    if (!this.#store) return
    this.#status = { ...times, LastUpdated: new Date().toISOString() }
    await this.#store.write(this.#options.function.name, this.#status)
  }
}

/** By the schedule as it is now, which may have changed since the status was written. */
function expectedNext({ Last, LastUpdated }: ScheduleStatus, schedule: Schedule): Date {
  return schedule.next(new Date(Last === NEVER ? LastUpdated : Last))
}
