import { setTimeout as delay } from 'node:timers/promises'
import type { HttpListener } from './http-listener.ts'
import type { HostLimits } from './limits.ts'
import type { Triggers } from './triggers.ts'
import type { WorkerPool } from './worker-pool.ts'

export type Running = {
  listener: HttpListener
  triggers: Triggers
  drained: () => Promise<void>
  pool: WorkerPool
  limits: HostLimits
}

/**
 * Refuses new connections, lets running handlers finish and their messages be deleted, for `drainMs`
 * at most; then ends the workers and cuts what is left.
 */
export async function shutDown({
  listener,
  triggers,
  drained,
  pool,
  limits,
}: Running): Promise<void> {
  const closed = listener.close()
  const finished = triggers
    .stop()
    .then(drained)
    .then(() => closed)
  const limit = new AbortController()
  await Promise.race([
    finished,
    delay(limits.drainMs, undefined, { signal: limit.signal }).catch(() => {}),
  ])
  limit.abort()
  await pool.dispose()
  listener.cut()
  await finished
}
