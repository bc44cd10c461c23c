import type { Settings } from './settings.ts'

/** Times and sizes of the genuine host; tests and demonstrations shorten them. */
export type HostLimits = {
  /** With HTTP streaming: how long a forwarded request may be without a byte, then it is cut. */
  streamIdleMs: number
  /** The largest request body. */
  requestBodyBytes: number
  /** How long a queue message is hidden while it is worked on; renewed at half time. */
  queueLeaseMs: number
  /** How long shutdown waits for running handlers. */
  drainMs: number
}

/** What an app setting makes of them. */
export const limitsSetBy = (settings: Settings): Partial<HostLimits> => {
  const bytes = Number(settings.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT)
  return bytes > 0 ? { requestBodyBytes: bytes } : {}
}

export const GENUINE_LIMITS: HostLimits = {
  streamIdleMs: 240_000,
  requestBodyBytes: 104_857_600,
  queueLeaseMs: 10 * 60_000,
  drainMs: 10 * 60_000,
}
