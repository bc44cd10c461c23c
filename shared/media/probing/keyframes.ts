import type { MediaDescription, Unplayable } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import { readMovieHeader } from '../mp4/movie-header.ts'
import { indexMovie } from '../mp4/movie-index.ts'
import { indexOfNote, type KeyframeNote } from '../noting/keyframe-note.ts'
import { KeyframeNoter } from '../noting/note-keyframes.ts'
import type { MediaTools } from '../running/tools.ts'
import type { FootageSource } from '../source.ts'
import { scanKeyframes } from './scan.ts'

/** The keyframes, or why the recording is kept but not played. */
export type KeyframesResult = { playable: true; keyframes: KeyframeIndex } | Unplayable

/**
 * Finds where decoding can begin: from the movie header alone where there is one, else from what
 * was noted while the recording was secured or is noted now, else by a scan of the packets.
 * @throws MediaError
 */
export async function readKeyframes(
  source: FootageSource,
  media: MediaDescription,
  tools: MediaTools,
  signal: AbortSignal,
  note: KeyframeNote | null = null,
): Promise<KeyframesResult> {
  try {
    const keyframes =
      (await fromMovieHeader(source, media, signal)) ??
      (await fromNote(source, media, note, signal)) ??
      (await scanKeyframes(source, media, tools, signal))
    if (keyframes) return { playable: true, keyframes }
    return { playable: false, reason: 'no-keyframe', detail: 'It has no picture to begin with.' }
  } catch (error) {
    if (!(error instanceof MalformedBoxError)) throw error
    return { playable: false, reason: 'damaged', detail: error.message }
  }
}

async function fromMovieHeader(
  source: FootageSource,
  media: MediaDescription,
  signal: AbortSignal,
): Promise<KeyframeIndex | null> {
  if (media.container !== 'mov') return null
  const header = await readMovieHeader(source, signal)
  if (header.kind !== 'indexed') return null
  return indexMovie(header.moov, source.size, {
    video: media.video.stream,
    audio: media.audio?.stream ?? null,
  })
}

/** Where the note was lost, the recording is read for it once more. */
async function fromNote(
  source: FootageSource,
  media: MediaDescription,
  kept: KeyframeNote | null,
  signal: AbortSignal,
): Promise<KeyframeIndex | null> {
  if (kept) return indexOfNote(kept, media)
  const noter = new KeyframeNoter(null)
  for await (const piece of source.read(0, source.size, signal)) {
    noter.read(Buffer.from(piece.buffer, piece.byteOffset, piece.length))
    if (noter.givenUp !== null) return null
  }
  const note = noter.finish()
  return note && indexOfNote({ schemaVersion: 1, sourceSha256: '', ...note }, media)
}
