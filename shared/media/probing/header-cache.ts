import { HEAD_BYTES, identifyContainer } from '../container.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import { readMovieHeader } from '../mp4/movie-header.ts'
import { AVI_HEAD_BYTES } from '../noting/avi-head.ts'
import { type FootageSource, readBytes, type Span, withSpans } from '../source.ts'
import { aviIndexPlaces, type Place } from './avi-index-places.ts'

/**
 * The header of a shift-long recording (some 45 MB), or of a few that have 10 GB: so much may a
 * worker grow by what is long.
 */
const MAX_CACHED_BYTES = 64 * 1024 * 1024

/**
 * Keeps the headers of recordings in memory, so that an instance that renders many chunks of one
 * recording reads its header once and not once a chunk.
 */
export class HeaderCache {
  readonly #headers = new Map<string, Header>()
  readonly #maxBytes: number

  constructor(maxBytes: number = MAX_CACHED_BYTES) {
    this.#maxBytes = maxBytes
  }

  /**
   * The same recording with its header in memory. `key` names its bytes for good, e.g. blob and
   * version id. Recordings without a header of their own come back as they are.
   */
  async open(key: string, source: FootageSource, signal: AbortSignal): Promise<FootageSource> {
    const header = this.#headers.get(key) ?? (await readHeader(source, this.#maxBytes, signal))
    // Set anew: a map gives up its oldest entries first.
    this.#headers.delete(key)
    this.#headers.set(key, header)
    this.#evict()
    const { size } = source
    const keep = (place: Place, until: AbortSignal) => this.#keep(header, place, source, until)
    return {
      size,
      async *read(start, endExclusive, until) {
        const place = header.indexes.find((index) => index.start <= start && start < index.end)
        if (place) await keep(place, until)
        yield* withSpans(source, header.spans).read(start, endExclusive, until)
      },
    }
  }

  async #keep(header: Header, place: Place, source: FootageSource, signal: AbortSignal) {
    const bytes = await readBytes(source, place.start, place.end, signal)
    // Another reader may have been there first.
    if (!header.indexes.includes(place)) return
    header.indexes = header.indexes.filter((index) => index !== place)
    header.spans = [...header.spans, { start: place.start, bytes }].sort(
      (a, b) => a.start - b.start,
    )
    this.#evict()
  }

  #evict(): void {
    let bytes = [...this.#headers.values()].reduce((sum, header) => sum + bytesOf(header), 0)
    for (const [key, header] of this.#headers) {
      if (bytes <= this.#maxBytes) return
      bytes -= bytesOf(header)
      this.#headers.delete(key)
    }
  }
}

/** What is in memory of a recording, and which indexes of it will be once reading begins in them. */
type Header = { spans: Span[]; indexes: Place[] }

const bytesOf = ({ spans }: Header): number =>
  spans.reduce((sum, { bytes }) => sum + bytes.length, 0)

/** Of an AVI file the indexes are not read here: a chunk that is read by its place needs none. */
async function readHeader(
  source: FootageSource,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Header> {
  const spans = await headerSpans(source, signal)
  const [head] = spans
  if (!head || identifyContainer(head.bytes).container !== 'avi') return { spans, indexes: [] }
  const indexes = await aviIndexPlaces(withSpans(source, spans), signal)
  const bytes = indexes.reduce((sum, { start, end }) => sum + end - start, 0)
  return { spans, indexes: bytes < maxBytes ? indexes : [] }
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
    const { moov, offset } = movie
    if (offset + moov.length <= head.length) return spans
    // In one span: of a header that comes in two pieces, each of its readers would make a copy.
    return [
      { start: 0, bytes: head.subarray(0, offset) },
      { start: offset, bytes: moov },
    ]
  } catch (error) {
    // Probing says what is wrong with it; here it only means that nothing more is kept.
    if (error instanceof MalformedBoxError) return spans
    throw error
  }
}
