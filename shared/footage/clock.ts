import { z } from 'zod'

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())

/** The clocks as a dock reports them. The device and dock times are read at the same moment. */
export const reportedClockSchema = z.strictObject({
  recordingStartedAt: instant.describe('start of the recording by the clock of the device'),
  deviceAt: instant.describe('the clock of the device when it was docked'),
  dockAt: instant.describe('the clock of the dock at that moment'),
})
export type ReportedClock = z.infer<typeof reportedClockSchema>

/**
 * Every time that was received, the offsets measured between the clocks, and the corrected start
 * beside what was received.
 */
export const recordedClockSchema = z.object({
  ...reportedClockSchema.shape,
  receivedAt: instant.describe('the clock of the service when the dock asked to upload'),
  deviceBehindDockMs: z.int(),
  dockBehindServerMs: z.int(),
  recordedAt: instant.describe('start of the recording by the clock of the service'),
})
export type RecordedClock = z.infer<typeof recordedClockSchema>

/**
 * Measures how far the device ran behind the dock and the dock behind the service, and corrects the
 * start of the recording by both. The offset of the dock includes the time its request took,
 * normally well below a second.
 */
export function measureClock(reported: ReportedClock, receivedAt: Date): RecordedClock {
  const deviceBehindDockMs = Date.parse(reported.dockAt) - Date.parse(reported.deviceAt)
  const dockBehindServerMs = receivedAt.getTime() - Date.parse(reported.dockAt)
  const recordedAt =
    Date.parse(reported.recordingStartedAt) + deviceBehindDockMs + dockBehindServerMs
  return {
    ...reported,
    receivedAt: receivedAt.toISOString(),
    deviceBehindDockMs,
    dockBehindServerMs,
    recordedAt: new Date(recordedAt).toISOString(),
  }
}
