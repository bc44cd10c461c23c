import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Capabilities } from '../core-module/programming-model.ts'
import type { FunctionMetadata, InvocationRequest, InvocationResponse } from '../core-module/rpc.ts'
import type { Log } from './log.ts'
import type { HostMessage, WorkerMessage } from './worker-protocol.ts'

/** How an invocation ended. */
export type InvocationOutcome =
  | { kind: 'succeeded'; response: InvocationResponse }
  /** The handler or the conversion of its result threw; `error` is the stack. */
  | { kind: 'failed'; error: string }
  /** It ran longer than functionTimeout; its worker was killed. */
  | { kind: 'timedOut' }
  /** Its worker process ended by itself. */
  | { kind: 'crashed' }
  /** Its worker was taken away as if the machine had gone: nobody is left to clean up after it. */
  | { kind: 'lost' }

export type StartedWorker = { functions: FunctionMetadata[]; capabilities: Capabilities }

export type WorkerOptions = {
  appDirectory: string
  environment: Record<string, string>
  /** Arguments of Node itself, e.g. `--inspect=9229`. */
  nodeArguments: string[]
  log: Log
}

/** One Node process that runs the app, and the invocations it has in hand. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #log: Log
  readonly #inHand = new Map<string, (outcome: InvocationOutcome) => void>()
  #endOfInvocations: 'crashed' | 'lost' = 'crashed'
  #isUsable = false
  /** Resolves when the process is gone, with the words for it. */
  readonly exited: Promise<string>
  /** Resolves when the app is loaded; never, if the process ends before. */
  readonly started: Promise<StartedWorker>

  constructor({ appDirectory, environment, nodeArguments, log }: WorkerOptions) {
    this.#log = log
    this.#child = fork(new URL('worker.ts', import.meta.url), [appDirectory], {
      cwd: appDirectory,
      env: environment,
      // What was meant for this process (a loader, a debugger's port) must not reach the worker.
      execArgv: ['--enable-source-maps', ...nodeArguments],
      // Bytes stay bytes, and bodies are not blown up to base64.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#forwardOutput()
    this.started = new Promise((resolve) => {
      this.#child.on('message', (message: WorkerMessage) => {
        if (message.type !== 'started') return this.#receive(message)
        this.#isUsable = true
        resolve(message)
      })
    })
    this.exited = once(this.#child, 'exit')
      .then(([code, signal]) => (signal ? `signal ${signal}` : `code ${code}`))
      // It could not be started at all.
      .catch(String)
      .finally(() => this.#settleAll())
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Up, and not about to die. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Resolves however the invocation ends; never rejects. */
  invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    if (!this.#isUsable) return Promise.resolve({ kind: this.#endOfInvocations })
    return new Promise((resolve) => {
      this.#inHand.set(request.invocationId, resolve)
      this.#send({ type: 'invoke', request })
    })
  }

  /** SIGKILL. `lost` pretends that the whole machine went with it. */
  kill(endOfInvocations: 'crashed' | 'lost' = 'crashed'): void {
    this.#isUsable = false
    this.#endOfInvocations = endOfInvocations
    this.#child.kill('SIGKILL')
  }

  /** Lets the app's appTerminate hooks run, by force after `limitMs`. */
  async terminate(limitMs: number): Promise<void> {
    // While it loads the app it does not listen, and no hook of the app is to be run.
    const force = setTimeout(() => this.kill(), this.#isUsable ? limitMs : 0)
    this.#send({ type: 'terminate' })
    await this.exited
    clearTimeout(force)
  }

  #receive(message: Exclude<WorkerMessage, { type: 'started' }>): void {
    if (message.type === 'log') {
      const { type: _, category, level, ...line } = message
      if (level === 'none') return
      this.#log({ ...line, level, category: category === 'user' ? 'user' : 'worker' })
    } else if (message.type === 'response') {
      const { response } = message
      this.#settle(response.invocationId, { kind: 'succeeded', response })
    } else {
      this.#settle(message.invocationId, { kind: 'failed', error: message.error })
    }
  }

  #settle(invocationId: string, outcome: InvocationOutcome): void {
    this.#inHand.get(invocationId)?.(outcome)
    this.#inHand.delete(invocationId)
  }

  #settleAll(): void {
    this.#isUsable = false
    for (const settle of this.#inHand.values()) settle({ kind: this.#endOfInvocations })
    this.#inHand.clear()
  }

  #send(message: HostMessage): void {
    // Fails only when the worker is gone, and then `exited` settles what it had in hand.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #forwardOutput(): void {
    const streams = [
      [this.#child.stdout, 'information'],
      [this.#child.stderr, 'error'],
    ] as const
    for (const [stream, level] of streams) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (message) =>
        this.#log({ level, category: 'console', message }),
      )
    }
  }
}
