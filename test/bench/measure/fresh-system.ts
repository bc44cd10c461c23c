import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts'
import type { Bench } from '../harness/row.ts'
import type { Requests } from './count-requests.ts'
import { type JobWatch, watchJobs } from './jobs.ts'

/** A whole system that runs for one recording, and what can be seen of it from outside. */
export type FreshSystem = {
  system: LocalSystem
  jobs: JobWatch
  /** Gone with the system; `temporary` is the temporary folder of its workers. */
  folder: string
  temporary: string
}

export type SystemOptions = {
  settings?: Record<string, string>
  /** Storage on disk and not in memory: for what is larger than memory. */
  onDisk?: boolean
}

/** An instance of the design has two cores, each with one job of ffmpeg with one thread. */
const WORKERS = 2
/** Timers of the app that have no part in what is measured. */
const NEVER = '0 0 0 1 1 *'

/**
 * Starts the whole system, real but for the cloud, for one piece of work: nothing of an earlier one
 * is in memory or caches. It is gone afterwards, and what its workers asked of storage is known.
 * @throws Error with what the app complained of
 */
export async function onFreshSystem<T>(
  bench: Bench,
  options: SystemOptions,
  work: (fresh: FreshSystem) => Promise<T>,
): Promise<{ result: T; requests: Requests }> {
  const folder = await mkdtemp(path.join(bench.folder, 'system-'))
  const [temporary, counts] = [path.join(folder, 'tmp'), path.join(folder, 'counts')]
  const jobs = watchJobs()
  try {
    for (const each of [temporary, counts]) await mkdir(each)
    const settings = { ...settingsOf(bench, temporary, counts), ...options.settings }
    const system = await startLocalSystem({
      workers: WORKERS,
      log: jobs.log,
      settings,
      ...(options.onDisk && { directory: path.join(folder, 'storage') }),
    })
    let result: T
    try {
      result = await work({ system, jobs, folder, temporary })
    } finally {
      // Workers leave their counts when they end.
      await system.dispose()
    }
    return { result, requests: await requestsIn(counts) }
  } catch (cause) {
    const complaints = jobs.complaints.slice(0, 5).join(' · ')
    throw new Error(`The system failed. ${complaints}`, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const settingsOf = ({ tools }: Bench, temporary: string, counts: string) => ({
  FFMPEG_PATH: tools.ffmpeg,
  FFPROBE_PATH: tools.ffprobe,
  PROXY_POLICY: 'eager',
  SWEEP_SCHEDULE: NEVER,
  ANCHOR_SCHEDULE: NEVER,
  TMPDIR: temporary,
  BENCH_REQUESTS: counts,
  languageWorkers__node__arguments: `--import=${new URL('count-requests.ts', import.meta.url)}`,
})

async function requestsIn(folder: string): Promise<Requests> {
  const sum: Requests = { total: 0, originals: 0, landing: 0, bytes: 0 }
  for (const name of await readdir(folder)) {
    const counted = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as Requests
    for (const key of ['total', 'originals', 'landing', 'bytes'] as const) sum[key] += counted[key]
  }
  return sum
}
