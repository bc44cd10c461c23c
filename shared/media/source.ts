/**
 * The bytes of one recording. An adapter reads exactly the version that was secured and retries
 * by itself; what it throws ends the run that needed the bytes.
 */
export interface FootageSource {
  /** Length in bytes. */
  readonly size: number
  /** The bytes from `start` up to, not including, `endExclusive`, in pieces of any length. */
  read(start: number, endExclusive: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}
