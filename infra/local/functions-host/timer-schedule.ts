import { Cron } from 'croner'
import { parseTimeSpan } from './time-span.ts'

/** When a timer is due: the first time after `after`. */
export type Schedule = { next(after: Date): Date }

/** NCRONTAB knows numbers, names, `*`, lists, ranges and steps; croner would allow more. */
const FIELD = /^[\dA-Za-z*,/-]+$/
const WORDS = /[A-Za-z]+/g
const NAMES =
  /^(?:sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*$/i

/**
 * Reads a schedule: NCRONTAB with six fields (seconds first) or five, or a span `hh:mm:ss`.
 * Cron times are UTC unless an IANA time zone is given.
 * @throws Error saying what is wrong with it.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function parseSchedule(expression: string, timezone = 'UTC'): Schedule {
  const spanMs = parseTimeSpan(expression)
  if (spanMs !== undefined && spanMs > 0) {
    return { next: (after) => new Date(after.getTime() + spanMs) }
  }
  const fields = expression.trim().split(/\s+/)
  const words = expression.match(WORDS) ?? []
  const isNcrontab =
    (fields.length === 5 || fields.length === 6) &&
    fields.every((field) => FIELD.test(field)) &&
    words.every((word) => NAMES.test(word))
  if (!isNcrontab) {
    throw new Error(`'${expression}' is neither a cron expression of 5 or 6 fields nor hh:mm:ss`)
  }
  // Day of month and day of week must both match in NCRONTAB, where Unix cron takes either.
  const cron = new Cron(expression, { paused: true, domAndDow: true, timezone })
  return {
    next(after) {
      const next = cron.nextRun(after)
      if (!next) throw new Error(`'${expression}' never comes due`)
      return next
    },
  }
}

/** Below a minute between two runs the host keeps no status, and a late start is not noticed. */
export function isMonitored(schedule: Schedule, now: Date): boolean {
  const first = schedule.next(now)
  return schedule.next(first).getTime() - first.getTime() >= 60_000
}
