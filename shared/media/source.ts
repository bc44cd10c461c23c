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

/** Exactly the bytes asked for, in one buffer. */
export async function readBytes(
  source: FootageSource,
  start: number,
  endExclusive: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(endExclusive - start)
  let filled = 0
  for await (const piece of source.read(start, endExclusive, signal)) {
    bytes.set(piece, filled)
    filled += piece.length
  }
  if (filled !== bytes.length)
    throw new Error(`The source gave ${filled} of ${bytes.length} bytes at ${start}.`)
  return bytes
}

/** Bytes that stand in for those of a recording from `start` on. */
export type Span = { start: number; bytes: Buffer }

/** A source that gives the spans, ascending and apart, from memory and the rest from below. */
export const withSpans = (source: FootageSource, spans: readonly Span[]): FootageSource => ({
  size: source.size,
  async *read(start, endExclusive, signal) {
    let at = start
    for (const span of spans) {
      const spanEnd = span.start + span.bytes.length
      if (spanEnd <= at || span.start >= endExclusive) continue
      if (span.start > at) yield* source.read(at, span.start, signal)
      at = Math.max(at, span.start)
      const end = Math.min(spanEnd, endExclusive)
      yield span.bytes.subarray(at - span.start, end - span.start)
      at = end
    }
    if (at < endExclusive) yield* source.read(at, endExclusive, signal)
  },
})

/** The same recording up to a byte, as if the file ended there; null: all of it. */
export const endingAt = (source: FootageSource, size: number | null): FootageSource =>
  size === null || size >= source.size
    ? source
    : { size, read: (start, end, signal) => source.read(start, Math.min(end, size), signal) }
