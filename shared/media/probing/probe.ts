import { HEAD_BYTES, identifyContainer } from '../container.ts'
import { damaged, type MediaDescription, type Unplayable, unplayable } from '../description.ts'
import { beginningOf } from '../mp4/beginning.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import { encryptedTracks } from '../mp4/encrypted-tracks.ts'
import { readMovieHeader } from '../mp4/movie-header.ts'
import { sampleDurations, samplesOf } from '../mp4/samples.ts'
import { readTracks } from '../mp4/tracks.ts'
import type { MediaTools } from '../running/tools.ts'
import { type FootageSource, readBytes } from '../source.ts'
import { askFfprobe } from './ask-ffprobe.ts'
import { chooseTracks } from './choose-tracks.ts'

/** What a recording is, or why it is kept but not played. */
export type ProbeResult = { playable: true; media: MediaDescription } | Unplayable

/**
 * Describes a recording from its first bytes, its own structure and ffprobe, in that order: what
 * an earlier step refuses, a later one never sees.
 * @throws MediaError `source-failed`, `aborted`
 */
export async function probe(
  source: FootageSource,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<ProbeResult> {
  if (source.size === 0) return unplayable('empty', 'It has no bytes.')
  const head = await readBytes(source, 0, Math.min(HEAD_BYTES, source.size), signal)
  const identified = identifyContainer(head)
  if (identified.container === null) return unplayable(identified.reason, identified.detail)
  if (identified.container === 'mov') {
    const flaw = await flawOfMovie(source, signal)
    if (flaw !== null) return damaged(flaw)
  }
  const beginning = identified.container === 'mov' ? await beginningOf(source, signal) : source
  const encrypted = identified.container === 'mov' ? await encryptedIn(source, signal) : []
  const answer = await askFfprobe(beginning, tools, identified.container, encrypted, signal)
  if ('playable' in answer) return answer
  const chosen = chooseTracks(answer, identified.container, source.size)
  return chosen.playable && beginning !== source
    ? { playable: true, media: await withWholeTimes(chosen.media, source, signal) }
    : chosen
}

/** What ffprobe tells of the times of all pictures, from the header: it saw only its beginning. */
async function withWholeTimes(
  media: MediaDescription,
  source: FootageSource,
  signal: AbortSignal,
): Promise<MediaDescription> {
  const header = await readMovieHeader(source, signal)
  const { stream } = media.video
  const track =
    header.kind === 'indexed' && readTracks(header.moov).find(({ index }) => index === stream)
  if (!track) return media
  const { count, total } = sampleDurations(header.moov, track)
  const declaredSeconds = total / track.timescale
  return {
    ...media,
    declaredSeconds,
    video: { ...media.video, frameRate: count / declaredSeconds },
  }
}

async function encryptedIn(source: FootageSource, signal: AbortSignal): Promise<number[]> {
  const header = await readMovieHeader(source, signal)
  return header.kind === 'unfinished' ? [] : encryptedTracks(header.moov)
}

/** What is wrong with the boxes of an MP4 or QuickTime file; null if nothing is. */
async function flawOfMovie(source: FootageSource, signal: AbortSignal): Promise<string | null> {
  try {
    const header = await readMovieHeader(source, signal)
    if (header.kind === 'unfinished')
      return 'Its index is missing: recording was cut off before it was finished.'
    for (const track of readTracks(header.moov)) samplesOf(header.moov, track, source.size).next()
    return null
  } catch (error) {
    if (error instanceof MalformedBoxError) return error.message
    throw error
  }
}
