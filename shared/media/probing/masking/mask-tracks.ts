import type { Container } from '../../description.ts'
import { type FootageSource, type Span, withSpans } from '../../source.ts'
import { maskAviTrack } from './avi.ts'
import { maskMatroskaTrack } from './matroska.ts'
import { maskMovieTrack } from './movie.ts'
import { maskTransportTracks } from './transport-stream.ts'

/**
 * The same recording, of the same size, in which the codecs of some tracks cannot be recognised.
 * ffprobe opens a decoder for every track that it recognises, and gives up on the whole recording
 * where it may not; a track that it does not recognise it only counts. What ffmpeg renders is read
 * from the recording as it is.
 * @param streams indices as ffmpeg counts; the recording comes back unmasked in what is not found
 */
export async function maskTracks(
  source: FootageSource,
  container: Container,
  streams: readonly number[],
  signal: AbortSignal,
): Promise<FootageSource> {
  if (streams.length === 0) return source
  if (container === 'mpegts') return maskTransportTracks(source, streams, signal)
  const mask = { mov: maskMovieTrack, matroska: maskMatroskaTrack, avi: maskAviTrack }[container]
  const spans: Span[] = []
  for (const stream of streams) {
    const span = await mask(source, stream, signal)
    if (span) spans.push(span)
  }
  return withSpans(
    source,
    spans.toSorted((a, b) => a.start - b.start),
  )
}
