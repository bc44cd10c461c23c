import type { LogLevel } from '../core-module/rpc.ts'

/** One line of the host's log. */
export type HostLogLine = {
  level: Exclude<LogLevel, 'none'>
  /** `user`: `context.log` of a function; `console`: anything else the app printed. */
  category: 'host' | 'worker' | 'user' | 'console'
  message: string
  functionName?: string
  invocationId?: string
}

export type Log = (line: HostLogLine) => void

/** Lines of the host itself, a method a level. */
export function hostLog(log: Log) {
  const at = (level: HostLogLine['level']) => (message: string, about?: { functionName: string }) =>
    log({ level, category: 'host', message, ...about })
  return {
    debug: at('debug'),
    information: at('information'),
    warning: at('warning'),
    error: at('error'),
  }
}

export type HostLog = ReturnType<typeof hostLog>

/** Where lines go that nobody asked for: what went wrong, to the console. */
export function printWarnings({ level, functionName, message }: HostLogLine): void {
  if (level === 'warning' || level === 'error' || level === 'critical') {
    console.error(`${level}${functionName ? ` ${functionName}` : ''}: ${message}`)
  }
}
