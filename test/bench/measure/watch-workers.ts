import { statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { allProcesses, residentBytes, treeOf } from './processes.ts'

/** How often it is looked. Peaks of single processes are the kernel's own and do not depend on it. */
const INTERVAL_MS = 500

/** The most that workers used of memory and temporary disk, in bytes. */
export type Peaks = {
  /** Node, of the largest worker. */
  worker: number
  /** The largest single process that a worker started. */
  child: number
  /** A worker and everything that it ran at one moment. */
  instance: number
  /** Files in the temporary folder of all workers together. */
  disk: number
}

/** Watches workers until it is stopped. */
export function watchWorkers(
  { host }: LocalSystem,
  temporaryFolder: string,
): { peaks: Peaks; stop(): void } {
  const peaks: Peaks = { worker: 0, child: 0, instance: 0, disk: 0 }
  const look = async () => {
    const all = allProcesses()
    for (const pid of host?.workers ?? []) {
      const worker = residentBytes(pid)
      const children = treeOf(pid, all)
        .filter((process) => process.pid !== pid)
        .map((process) => residentBytes(process.pid))
      const instance = children.reduce((sum, { now }) => sum + now, worker.now)
      peaks.worker = Math.max(peaks.worker, worker.peak)
      peaks.child = Math.max(peaks.child, ...children.map(({ peak }) => peak))
      peaks.instance = Math.max(peaks.instance, instance)
    }
    peaks.disk = Math.max(peaks.disk, await bytesIn(temporaryFolder))
  }
  const timer = setInterval(() => void look(), INTERVAL_MS)
  return { peaks, stop: () => clearInterval(timer) }
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.reduce((sum, name) => sum + sizeOf(path.join(folder, name)), 0)
}

/** Zero for what is no file, or gone by now. */
function sizeOf(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats?.isFile() ? stats.size : 0
}
