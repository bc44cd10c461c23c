import { setTimeout as delay } from 'node:timers/promises'
import type { InvocationRequest } from '../core-module/rpc.ts'
import type { HostLog } from './log.ts'
import type { InvocationOutcome, StartedWorker, WorkerProcess } from './worker-process.ts'

/** Deaths in a row before the app was ever loaded; then the host gives up. */
const MAX_START_ATTEMPTS = 3
/** Between the death of a worker that never came up and the next attempt. */
const RESTART_DELAY_MS = 500
/** For appTerminate hooks. */
const TERMINATE_LIMIT_MS = 5_000

type ReadyWorker = { process: WorkerProcess; started: StartedWorker }

export type PoolOptions = {
  workers: number
  functionTimeoutMs: number
  spawn: () => WorkerProcess
  log: HostLog
}

/** A fixed number of workers, each replaced when it dies; invocations go to them in turn. */
export class WorkerPool {
  readonly #options: PoolOptions
  readonly #slots: { process?: WorkerProcess; ready?: ReadyWorker }[]
  readonly #supervision: Promise<void>[]
  #waiting: PromiseWithResolvers<ReadyWorker>[] = []
  #next = 0
  #disposed = false
  readonly #firstUp: PromiseWithResolvers<ReadyWorker>[]

  constructor(options: PoolOptions) {
    this.#options = options
    this.#slots = Array.from({ length: options.workers }, () => ({}))
    this.#firstUp = this.#slots.map(() => Promise.withResolvers())
    this.#supervision = this.#slots.map((_, index) => this.#supervise(index))
  }

  get pids(): number[] {
    return this.#slots.flatMap(({ process }) => process?.pid ?? [])
  }

  /**
   * Resolves when all workers are up, with what the app registered; it is the same in each.
   * @throws Error if a worker dies again and again before the app is loaded.
   */
  async started(): Promise<StartedWorker> {
    const [first] = await Promise.all(this.#firstUp.map(({ promise }) => promise))
    if (!first) throw new RangeError(`workers: expected at least 1, got ${this.#slots.length}`)
    return first.started
  }

  /**
   * The next worker in turn, or the first that comes up.
   * @throws Error when the pool is disposed of before one does.
   */
  take(): Promise<ReadyWorker> {
    for (let tried = 0; tried < this.#slots.length; tried++) {
      const slot = this.#slots[this.#next++ % this.#slots.length]
      if (slot?.ready?.process.isUsable) return Promise.resolve(slot.ready)
    }
    const waiting = Promise.withResolvers<ReadyWorker>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  /** Runs an invocation on a worker; one that overruns functionTimeout takes its worker down. */
  async invoke(request: InvocationRequest, worker?: ReadyWorker): Promise<InvocationOutcome> {
    const taken = worker ?? (await this.take().catch(() => undefined))
    if (!taken) return { kind: 'lost' }
    const { process } = taken
    const running = process.invoke(request)
    const { functionTimeoutMs } = this.#options
    if (!Number.isFinite(functionTimeoutMs)) return running
    const stopWaiting = new AbortController()
    const overrun = delay(functionTimeoutMs, undefined, { signal: stopWaiting.signal }).then(
      (): InvocationOutcome => ({ kind: 'timedOut' }),
      () => running,
    )
    const outcome = await Promise.race([running, overrun])
    stopWaiting.abort()
    if (outcome.kind === 'timedOut') {
      this.#options.log.error(
        `Timeout value of ${functionTimeoutMs} ms exceeded by function '${request.functionId}' ` +
          `(Id: '${request.invocationId}'): restarting worker ${process.pid}`,
      )
      process.kill()
    }
    return outcome
  }

  /**
   * Takes a worker away in mid-work, as if its machine had died, and waits until it is gone.
   * @throws RangeError for a worker that is not there.
   */
  async kill(index: number): Promise<void> {
    const process = this.#slots[index]?.process
    if (!process) throw new RangeError(`worker ${index} of ${this.#slots.length} is not running`)
    process.kill('lost')
    await process.exited
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    for (const { reject } of this.#waiting) reject(new Error('The Functions host is shutting down'))
    await Promise.all(this.#slots.map(({ process }) => process?.terminate(TERMINATE_LIMIT_MS)))
    await Promise.all(this.#supervision)
  }

  async #supervise(index: number): Promise<void> {
    const { spawn, log } = this.#options
    for (let attempt = 1; !this.#disposed; attempt++) {
      const process = spawn()
      this.#slots[index] = { process }
      const started = await Promise.race([process.started, process.exited.then(() => undefined)])
      if (started) this.#offer(index, { process, started })
      const how = await process.exited
      this.#slots[index] = {}
      if (this.#disposed) return
      log.error(
        `Worker ${process.pid} ended (${how}): ${started ? 'restarting it' : 'it never came up'}`,
      )
      if (started) continue
      // Changes nothing if the app was up before: then it is tried for ever.
      if (attempt === MAX_START_ATTEMPTS) {
        const reason = `worker ended ${attempt} times before the app was loaded (${how})`
        this.#firstUp[index]?.reject(new Error(reason))
      }
      await delay(RESTART_DELAY_MS)
    }
  }

  #offer(index: number, ready: ReadyWorker): void {
    this.#slots[index] = { process: ready.process, ready }
    this.#firstUp[index]?.resolve(ready)
    const waiting = this.#waiting
    this.#waiting = []
    for (const { resolve } of waiting) resolve(ready)
  }
}
