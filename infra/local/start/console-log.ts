import type { Report } from '../event-grid/report.ts'
import type { HostLogLine, Log } from '../functions-host/log.ts'

const QUIET: readonly HostLogLine['level'][] = ['warning', 'error', 'critical']

/** Prints the app's warnings and errors, or every line. */
export function consoleLog(verbose: boolean, print: (line: string) => void): Log {
  return ({ level, functionName, message }) => {
    if (!verbose && !QUIET.includes(level)) return
    print([time(), level, functionName, message].filter(Boolean).join(' '))
  }
}

/** Prints the events that were given up, or every attempt. */
export function consoleReport(
  verbose: boolean,
  print: (line: string) => void,
): (report: Report) => void {
  return (report) => {
    if (!verbose && (report.kind === 'attempted' || report.kind === 'faulted')) return
    print(`${time()} Event Grid: ${describe(report)}`)
  }
}

function describe(report: Report): string {
  switch (report.kind) {
    case 'attempted':
      return `${report.subscription} attempt ${report.attempts}: ${JSON.stringify(report.outcome)}`
    case 'deadLettered':
      return `${report.subscription} given up (${report.reason}), kept as ${report.container}/${report.path}`
    case 'lost':
      return `${report.subscription} given up (${report.reason}) and lost`
    case 'faulted':
      return `${report.subscription} ${report.copies === 0 ? 'dropped' : 'duplicated'} an event, as told`
    case 'failed':
      return `an event was lost: ${report.cause}`
  }
}

const time = (): string => new Date().toISOString().slice(11, 19)
