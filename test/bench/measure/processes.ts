import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second for those who ask (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100

/** A process as /proc shows it. */
export type Process = {
  pid: number
  parent: number
  /** User and system time of its own and of all children that have ended and been waited for. */
  cpuSeconds: number
}

/** A process and everything that it has started and that still runs, among those that were seen. */
export function treeOf(root: number, all: readonly Process[] = allProcesses()): Process[] {
  const members = new Set([root])
  for (const pid of members) {
    for (const { pid: child, parent } of all) if (parent === pid) members.add(child)
  }
  return all.filter(({ pid }) => members.has(pid))
}

/** Everything that runs on this machine; reading it takes milliseconds of CPU time. */
export function allProcesses(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    const fields = Number.isInteger(pid) ? statFields(pid) : null
    if (!fields) return []
    return {
      pid,
      parent: Number(fields[PARENT]),
      cpuSeconds: ticks(fields, UTIME, STIME, CUTIME, CSTIME),
    }
  })
}

/**
 * CPU time that a tree of processes has used so far. Children that have ended are in the figures of
 * whoever waited for them, so the difference of two sums is exact to a tick a process.
 */
export const cpuSecondsOf = (tree: readonly Process[]): number =>
  tree.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)

/** Children of this process that have ended: the kernel's own account of commands that it ran. */
export function cpuSecondsOfEndedChildren(): number {
  const fields = statFields(process.pid)
  return fields ? ticks(fields, CUTIME, CSTIME) : 0
}

/** The program and its arguments; empty when it is gone. */
export const commandOf = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')

/** Memory of a process in bytes: now, and the most it ever had. Zero when it is gone. */
export function residentBytes(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`)
  const kibibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return { now: kibibytes('VmRSS') * 1024, peak: kibibytes('VmHWM') * 1024 }
}

/** Places of fields in /proc/PID/stat behind the command, which may hold spaces and brackets. */
const [PARENT, UTIME, STIME, CUTIME, CSTIME] = [1, 11, 12, 13, 14] as const

function statFields(pid: number): string[] | null {
  const stat = read(`/proc/${pid}/stat`)
  return stat === '' ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

const ticks = (fields: string[], ...places: number[]): number =>
  places.reduce((sum, place) => sum + Number(fields[place]), 0) / TICKS_PER_SECOND

/** Empty if the process ended in the meantime. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
