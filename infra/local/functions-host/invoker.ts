import { randomBytes, randomUUID } from 'node:crypto'
import type { TypedData } from '../core-module/rpc.ts'
import type { BindingData } from './binding-data.ts'
import type { HostFunction } from './functions.ts'
import type { Log } from './log.ts'
import type { WorkerPool } from './worker-pool.ts'
import type { InvocationOutcome } from './worker-process.ts'

export type Invocation = {
  function: HostFunction
  /** Why, for the log: `New queue message detected on 'secure-footage'.` */
  reason: string
  value: TypedData
  bindingData: BindingData
  /** A W3C trace context header; one is made up without it. */
  traceParent?: string | undefined
  invocationId?: string
}

export type Invoke = (
  invocation: Invocation,
  worker?: Awaited<ReturnType<WorkerPool['take']>>,
) => Promise<InvocationOutcome>

/** Runs invocations on the pool, says so in the log, and knows when all of them have ended. */
export class Invoker {
  readonly #pool: WorkerPool
  readonly #log: Log
  readonly #running = new Set<Promise<InvocationOutcome>>()

  constructor(pool: WorkerPool, log: Log) {
    this.#pool = pool
    this.#log = log
  }

  /** Never rejects: each way to end is an outcome. */
  readonly invoke: Invoke = (invocation, worker) => {
    const running = this.#run(invocation, worker)
    this.#running.add(running)
    running.finally(() => this.#running.delete(running))
    return running
  }

  /** Resolves when nothing is running, including what was started meanwhile. */
  readonly drained = async (): Promise<void> => {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #run(invocation: Invocation, worker: Parameters<Invoke>[1]): Promise<InvocationOutcome> {
    const { name, bindingName } = invocation.function
    const invocationId = invocation.invocationId ?? randomUUID()
    const line = (level: 'information' | 'error', message: string) =>
      this.#log({ level, category: 'host', message, functionName: name, invocationId })

    line('information', `Executing 'Functions.${name}' (${invocation.reason}, Id=${invocationId})`)
    const startedAt = performance.now()
    const outcome = await this.#pool.invoke(
      {
        invocationId,
        functionId: name,
        inputData: [{ name: bindingName, data: invocation.value }],
        triggerMetadata: invocation.bindingData.toTriggerMetadata(),
        traceContext: { traceParent: invocation.traceParent ?? newTraceParent(), traceState: '' },
      },
      worker,
    )
    const duration = `Duration=${Math.round(performance.now() - startedAt)}ms`
    if (outcome.kind === 'succeeded') {
      line(
        'information',
        `Executed 'Functions.${name}' (Succeeded, Id=${invocationId}, ${duration})`,
      )
    } else {
      const why = outcome.kind === 'failed' ? outcome.error : `worker ${outcome.kind}`
      line(
        'error',
        `Executed 'Functions.${name}' (Failed, Id=${invocationId}, ${duration}): ${why}`,
      )
    }
    return outcome
  }
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
function newTraceParent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`
}
