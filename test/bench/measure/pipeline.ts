import type { LocalSystem } from '../../../infra/local/local-system.ts'
import type { Bench } from '../harness/row.ts'
import type { Requests } from './count-requests.ts'
import { type CpuShares, cpuShares } from './cpu-shares.ts'
import { dock } from './dock.ts'
import { type FreshSystem, onFreshSystem, type SystemOptions } from './fresh-system.ts'
import type { Job } from './jobs.ts'
import { watchProgress } from './progress.ts'
import { type Peaks, watchWorkers } from './watch-workers.ts'

/** A recording that went through the whole system; seconds. */
export type PipelineRun = {
  id: string
  /** From the upload's end to the original at rest. */
  securing: number
  /** From the original at rest to its first chunk in a playlist; and to `ready`. */
  playable: number
  ready: number
  /** CPU time between the original at rest and `ready`. */
  cpu: CpuShares
  jobs: Job[]
  /** Null if they were not watched. */
  peaks: Peaks | null
  requests: Requests
}

export type PipelineOptions = SystemOptions & {
  /** Watch memory and disk; it costs a little of what is watched. */
  watch?: boolean
  /** `secured`: what comes after is not waited for. */
  until?: 'secured' | 'ready'
  /** Looks at what was made, before the system goes. */
  inspect?: (system: LocalSystem, id: string) => Promise<void>
}

const LIMIT_MS = 20 * 60_000

/**
 * Docks a recording at a fresh system and measures its way.
 * @throws Error if it does not become what is waited for, with what the app complained of
 */
export async function runPipeline(
  bench: Bench,
  file: string,
  options: PipelineOptions = {},
): Promise<PipelineRun> {
  const { result, requests } = await onFreshSystem(bench, options, (fresh) =>
    follow(bench, fresh, file, options),
  )
  return { ...result, requests }
}

async function follow(
  bench: Bench,
  fresh: FreshSystem,
  file: string,
  { until = 'ready', watch = false, inspect }: PipelineOptions,
): Promise<Omit<PipelineRun, 'requests'>> {
  const { system, jobs, temporary } = fresh
  const signal = AbortSignal.timeout(LIMIT_MS)
  const watching = watch ? watchWorkers(system, temporary) : null
  try {
    let cpuAtRest: CpuShares | null = null
    const landing = jobs.first('footageLanded')
    // The event of the original itself: what the app notes of it comes later.
    const resting = jobs.first('footageSecured').then((at) => {
      cpuAtRest = cpuShares(system)
      return at
    })
    const id = await dock(bench, fresh, file, signal)
    const [landedAt, restedAt] = await Promise.all([landing, resting])
    const { playableAt, readyAt } =
      until === 'ready'
        ? await watchProgress(system, id, jobs.onFinished, signal)
        : { playableAt: restedAt, readyAt: restedAt }
    const cpu = cpuShares(system, cpuAtRest)
    await inspect?.(system, id)
    return {
      id,
      securing: restedAt - landedAt,
      playable: playableAt - restedAt,
      ready: readyAt - restedAt,
      cpu,
      jobs: jobs.finished,
      peaks: watching?.peaks ?? null,
    }
  } finally {
    watching?.stop()
  }
}
