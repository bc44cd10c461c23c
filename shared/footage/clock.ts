import { z } from 'zod'

/** A moment with its offset from UTC, kept in UTC. Years that ISO 8601 writes with a sign are refused. */
export const instantSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .pipe(z.iso.datetime({ error: 'a year from 0000 to 9999' }))
  .meta({
    description: 'a moment, ISO 8601 with its offset; kept and answered in UTC',
    examples: ['2026-11-23T20:15:30Z'],
  })

/** No body-worn camera recorded before. A start that seems to lie before it is no time at all. */
export const EARLIEST = Date.parse('2000-01-01T00:00:00.000Z')

/** The clocks as a dock reports them. The device and dock times are read at the same moment. */
export const reportedClockSchema = z.strictObject({
  recordingStartedAt: instantSchema.describe('start of the recording by the clock of the device'),
  deviceAt: instantSchema.describe('the clock of the device when it was docked'),
  dockAt: instantSchema.describe('the clock of the dock at that moment'),
})
export type ReportedClock = z.infer<typeof reportedClockSchema>

/**
 * Every time that was received, the offsets measured between the clocks, and the corrected start
 * beside what was received.
 */
export const recordedClockSchema = z.object({
  ...reportedClockSchema.shape,
  receivedAt: instantSchema.describe('the clock of the service when the dock asked to upload'),
  deviceBehindDockMs: z.int().describe('how far the clock of the device was behind the dock’s, ms'),
  dockBehindServerMs: z
    .int()
    .describe('how far the clock of the dock was behind the service’s, ms'),
  recordedAt: instantSchema.describe(
    'start of the recording by the clock of the service, within what is possible',
  ),
})
export type RecordedClock = z.infer<typeof recordedClockSchema>

/**
 * Measures how far the device ran behind the dock and the dock behind the service, and corrects the
 * start of the recording by both. The offset of the dock includes the time its request took,
 * normally well below a second.
 * A device whose clock was set or lost between recording and docking gives a start that cannot be:
 * it counts as the nearest that can, so that the recording is found. What was reported stays.
 */
export function measureClock(reported: ReportedClock, receivedAt: Date): RecordedClock {
  const deviceBehindDockMs = Date.parse(reported.dockAt) - Date.parse(reported.deviceAt)
  const dockBehindServerMs = receivedAt.getTime() - Date.parse(reported.dockAt)
  const corrected =
    Date.parse(reported.recordingStartedAt) + deviceBehindDockMs + dockBehindServerMs
  const recordedAt = Math.min(Math.max(corrected, EARLIEST), receivedAt.getTime())
  return {
    ...reported,
    receivedAt: receivedAt.toISOString(),
    deviceBehindDockMs,
    dockBehindServerMs,
    recordedAt: new Date(recordedAt).toISOString(),
  }
}

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  dateStyle: 'medium',
  timeStyle: 'long',
})

/** A time as people in London read it, summer time included. */
export const londonTime = (instant: string): string => LONDON.format(new Date(instant))
