import { MalformedBoxError } from '../mp4/boxes.ts'
import { readBytes, readMovieHeader } from '../mp4/movie-header.ts'
import { AVI_HEAD_BYTES } from '../noting/avi-head.ts'
import type { FootageSource } from '../source.ts'
import { HEAD_BYTES, identifyContainer } from './container.ts'

/** Headers of a few shift-long recordings (some 37 MB each). */
const MAX_CACHED_BYTES = 128 * 1024 * 1024

/** Bytes that stand in for those of a recording from `start` on. */
export type Span = { start: number; bytes: Buffer }

/**
 * Keeps the headers of recordings in memory, so that an instance that renders many chunks of one
 * recording reads its header once and not once a chunk.
 */
export class HeaderCache {
  readonly #headers = new Map<string, Span[]>()
  readonly #maxBytes: number

  constructor(maxBytes: number = MAX_CACHED_BYTES) {
    this.#maxBytes = maxBytes
  }

  /**
   * The same recording with its header in memory. `key` names its bytes for good, e.g. blob and
   * version id. Recordings without a header of their own come back as they are.
   */
  async open(key: string, source: FootageSource, signal: AbortSignal): Promise<FootageSource> {
    const spans = this.#headers.get(key) ?? (await headerSpans(source, signal))
    // Set anew: a map gives up its oldest entries first.
    this.#headers.delete(key)
    this.#headers.set(key, spans)
    this.#evict()
    return withSpans(source, spans)
  }

  #evict(): void {
    let bytes = [...this.#headers.values()].flat().reduce((sum, span) => sum + span.bytes.length, 0)
    for (const [key, spans] of this.#headers) {
      if (bytes <= this.#maxBytes) return
      bytes -= spans.reduce((sum, span) => sum + span.bytes.length, 0)
      this.#headers.delete(key)
    }
  }
}

/** The header of a recording: what lies first, and the movie header wherever it is. */
export async function headerSpans(source: FootageSource, signal: AbortSignal): Promise<Span[]> {
  if (source.size === 0) return []
  const head = await readBytes(source, 0, Math.min(HEAD_BYTES, source.size), signal)
  const spans = [{ start: 0, bytes: head }]
  const { container } = identifyContainer(head)
  if (container === 'avi')
    return [
      {
        start: 0,
        bytes: await readBytes(source, 0, Math.min(AVI_HEAD_BYTES, source.size), signal),
      },
    ]
  if (container !== 'mov') return spans
  try {
    const movie = await readMovieHeader(withSpans(source, spans), signal)
    if (movie.kind === 'unfinished') return spans
    // What lies in both is given from the first span; the second begins after it.
    const start = Math.max(movie.offset, head.length)
    const bytes = movie.moov.subarray(start - movie.offset)
    return bytes.length > 0 ? [...spans, { start, bytes }] : spans
  } catch (error) {
    // Probing says what is wrong with it; here it only means that nothing more is kept.
    if (error instanceof MalformedBoxError) return spans
    throw error
  }
}

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
