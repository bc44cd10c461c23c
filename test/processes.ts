import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine that has not ended. */
export type Process = { pid: number; parent: number; name: string }

/** What runs on this machine now, as the kernel tells it (proc(5)). */
export const processes = (): Process[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [, name = '', rest = ''] = /\((.*)\) (.*)/.exec(stat) ?? []
        const [state, parent] = rest.split(' ')
        return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent), name }]
      } catch {
        // It has ended between being listed and being read.
        return []
      }
    })
