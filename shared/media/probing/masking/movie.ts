import { type Box, boxesIn, findBox } from '../../mp4/boxes.ts'
import { readMovieHeader } from '../../mp4/movie-header.ts'
import type { FootageSource, Span } from '../../source.ts'

/** A box that readers step over (ISO/IEC 14496-12 §8.1.2). */
const FREE = Buffer.from('free')

/**
 * Has readers step over the sample descriptions (§8.5.2) of a track. ffmpeg counts pictures of the
 * cover, which lie in the metadata, after all tracks.
 */
export async function maskMovieTrack(
  source: FootageSource,
  stream: number,
  signal: AbortSignal,
): Promise<Span | null> {
  const header = await readMovieHeader(source, signal)
  if (header.kind === 'unfinished') return null
  const { moov, offset } = header
  const movie = boxesIn(moov).next().value as Box | undefined
  if (!movie) return null
  const tracks = [...boxesIn(moov, movie.bodyStart, movie.end)].filter(
    ({ type }) => type === 'trak',
  )
  const track = tracks[stream]
  const described = track && findBox(moov, track, ['mdia', 'minf', 'stbl', 'stsd'])
  const typeAt = described ? described.start + 4 : track ? -1 : moov.lastIndexOf('covr')
  return typeAt < 0 ? null : { start: offset + typeAt, bytes: FREE }
}
