import type { HostLogLine, Log } from '../../../infra/local/functions-host/log.ts'

/** A function that ran to its end. */
export type Job = { name: string; seconds: number; succeeded: boolean }

/** What the host's log tells of the work, in the genuine host's words. */
export type JobWatch = {
  log: Log
  finished: Job[]
  complaints: string[]
  /** Resolves with the second at which a function is first called, counted as `performance.now()`. */
  first(name: string): Promise<number>
  /** Called whenever a function of that name has ended. */
  onFinished: (name: string, listener: () => void) => void
}

const STARTED = /^Executing 'Functions\.(\w+)'/
const ENDED = /^Executed 'Functions\.(\w+)' \((Succeeded|Failed), .*Duration=(\d+)ms\)/

export function watchJobs(): JobWatch {
  const finished: Job[] = []
  const complaints: string[] = []
  const starts = new Map<string, PromiseWithResolvers<number>>()
  const listeners: { name: string; listener: () => void }[] = []
  const startOf = (name: string): PromiseWithResolvers<number> => {
    const start = starts.get(name) ?? Promise.withResolvers<number>()
    starts.set(name, start)
    return start
  }
  return {
    finished,
    complaints,
    first: (name) => startOf(name).promise,
    onFinished: (name, listener) => void listeners.push({ name, listener }),
    log({ level, message, functionName }: HostLogLine) {
      if (level === 'error' || level === 'warning') complaints.push(`${functionName}: ${message}`)
      const [, started] = STARTED.exec(message) ?? []
      if (started) startOf(started).resolve(performance.now() / 1000)
      const [, name, how, ms] = ENDED.exec(message) ?? []
      if (!name) return
      finished.push({ name, seconds: Number(ms) / 1000, succeeded: how === 'Succeeded' })
      for (const each of listeners) if (each.name === name) each.listener()
    },
  }
}
