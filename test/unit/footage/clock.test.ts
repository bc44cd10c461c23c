import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  instantSchema,
  measureClock,
  recordedClockSchema,
  reportedClockSchema,
} from '../../../shared/footage/clock.ts'

const RECEIVED = new Date('2026-11-23T12:00:10.000Z')
const REPORTED = {
  recordingStartedAt: '2026-11-23T08:00:00.000Z',
  deviceAt: '2026-11-23T11:58:00.000Z',
  dockAt: '2026-11-23T12:00:00.000Z',
}

it('corrects the start by both offsets, and keeps all that was reported', () => {
  expect(measureClock(REPORTED, RECEIVED)).toEqual({
    ...REPORTED,
    receivedAt: '2026-11-23T12:00:10.000Z',
    deviceBehindDockMs: 120_000,
    dockBehindServerMs: 10_000,
    recordedAt: '2026-11-23T08:02:10.000Z',
  })
})

it('corrects a clock that began at 1970 when the battery was changed', () => {
  const device = {
    recordingStartedAt: '1970-01-01T01:00:00.000Z',
    deviceAt: '1970-01-01T05:00:00.000Z',
    dockAt: REPORTED.dockAt,
  }
  expect(measureClock(device, RECEIVED).recordedAt).toBe('2026-11-23T08:00:10.000Z')
})

describe('a clock that was set between recording and docking', () => {
  it('gives no start after the recording was received', () => {
    const reset = { ...REPORTED, deviceAt: '1970-01-01T00:00:00.000Z' }
    expect(measureClock(reset, RECEIVED).recordedAt).toBe(RECEIVED.toISOString())
  })

  it('gives no start before there were cameras', () => {
    const reset = { ...REPORTED, recordingStartedAt: '1970-01-01T00:00:00.000Z' }
    expect(measureClock(reset, RECEIVED).recordedAt).toBe('2000-01-01T00:00:00.000Z')
  })
})

it('turns any clocks that a dock may report into a record that can be read again', () => {
  const moment = fc
    .date({ min: new Date('0000-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
    .map((date) => date.toISOString())
  const clocks = fc.record({ recordingStartedAt: moment, deviceAt: moment, dockAt: moment })
  fc.assert(
    fc.property(clocks, (reported) => {
      const measured = measureClock(reportedClockSchema.parse(reported), RECEIVED)
      expect(recordedClockSchema.parse(measured)).toEqual(measured)
      expect(Date.parse(measured.recordedAt)).toBeLessThanOrEqual(RECEIVED.getTime())
    }),
  )
})

describe('a moment', () => {
  it('with an offset is kept in UTC', () => {
    expect(instantSchema.parse('2026-07-01T10:00:00+01:00')).toBe('2026-07-01T09:00:00.000Z')
  })

  it.each([
    '2026-07-01',
    '2026-07-01T10:00:00',
    '2026-02-30T10:00:00Z',
    'yesterday',
    '',
    0,
    null,
    // Years with a sign would sort among the others wherever text is compared.
    '0000-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-14:00',
  ])('is refused as %j', (text) => {
    expect(instantSchema.safeParse(text).success).toBe(false)
  })
})
