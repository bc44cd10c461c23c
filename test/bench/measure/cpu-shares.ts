import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { commandOf, cpuSecondsOf, treeOf } from './processes.ts'

/** User and system seconds, by what used them. */
export type CpuShares = {
  /** Workers and all that they ran: what an instance of the app would pay for. */
  app: number
  /** Azurite: in Azure another's machine. */
  storage: number
  /** Functions host, Event Grid, sign-in, dock and this bench: one process. */
  standIns: number
  all: number
}

/** What has been used so far, or since `before`. */
export function cpuShares({ host }: LocalSystem, before: CpuShares | null = null): CpuShares {
  const tree = treeOf(process.pid)
  const all = cpuSecondsOf(tree)
  const workers = host?.workers ?? []
  const app = workers.reduce((sum, pid) => sum + cpuSecondsOf(treeOf(pid)), 0)
  const azurite = tree.filter(({ pid }) => commandOf(pid).includes('azurite.js'))
  const storage = cpuSecondsOf(azurite)
  const used = { app, storage, standIns: all - app - storage, all }
  if (!before) return used
  return {
    app: used.app - before.app,
    storage: used.storage - before.storage,
    standIns: used.standIns - before.standIns,
    all: used.all - before.all,
  }
}
