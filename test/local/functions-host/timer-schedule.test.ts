import { describe, expect, it } from 'vitest'
import { isMonitored, parseSchedule } from '../../../infra/local/functions-host/timer-schedule.ts'

const FROM = new Date('2026-02-03T04:05:06.500Z')
const next = (expression: string, timezone?: string) =>
  parseSchedule(expression, timezone).next(FROM).toISOString()

describe('a timer schedule', () => {
  it.each([
    ['six fields, seconds first', '30 */5 * * * *', '2026-02-03T04:05:30.000Z'],
    ['five fields', '*/15 * * * *', '2026-02-03T04:15:00.000Z'],
    ['names', '0 0 12 * JAN-MAR FRI', '2026-02-06T12:00:00.000Z'],
    ['a span', '01:30:00', '2026-02-03T05:35:06.500Z'],
    ['both days, which must both match', '0 0 0 13 * Fri', '2026-02-13T00:00:00.000Z'],
  ])('has %s', (_, expression, expected) => expect(next(expression)).toBe(expected))

  it('is in UTC unless a time zone is given', () => {
    expect(next('0 0 9 * * *')).toBe('2026-02-03T09:00:00.000Z')
    expect(next('0 0 9 * 7 *', 'Europe/London')).toBe('2026-07-01T08:00:00.000Z')
  })

  it.each([
    '',
    'every day',
    '* * * *',
    '0 0 0 * * * *',
    '@daily',
    '0 0 0 L * *',
    '61 * * * * *',
    '00:00:00',
  ])('is not "%s"', (expression) => expect(() => parseSchedule(expression)).toThrow())

  it('is monitored from one minute on', () => {
    expect(isMonitored(parseSchedule('*/59 * * * * *'), FROM)).toBe(false)
    expect(isMonitored(parseSchedule('0 * * * * *'), FROM)).toBe(true)
    expect(isMonitored(parseSchedule('00:01:00'), FROM)).toBe(true)
  })
})
