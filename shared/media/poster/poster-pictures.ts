import { readBytes, readMovieHeader } from '../mp4/movie-header.ts'
import { movieOfOneSample } from '../mp4/one-picture.ts'
import { samplesOf } from '../mp4/samples.ts'
import { readTracks } from '../mp4/tracks.ts'
import type { RenditionPlan } from '../plan.ts'
import { withSpans } from '../probing/header-cache.ts'
import { fromPosition } from '../running/from-position.ts'
import type { FootageSource } from '../source.ts'
import { aviOfOnePicture } from './avi-picture.ts'
import { matroskaOfOnePicture } from './matroska-picture.ts'
import { transportOfOnePicture } from './transport-picture.ts'

/** What of a recording may be read for its poster, apart from its header. */
export const POSTER_BYTES = 4 * 1024 * 1024

/** The tables and descriptions of a recording without a movie header lie within: kept for all looks. */
const HEADER_BYTES = 64 * 1024

/** A keyframe to look at; `alone`: the source holds this one picture and nothing else. */
export type PosterPicture = { at: number; source: FootageSource; alone: boolean }

/**
 * The keyframes planned for the poster, in their order, each as a recording of its own, where an
 * index or a note tells where they lie: each is read to the byte and only as far as the bound
 * allows. Whatever ffmpeg reads ahead then, it reads from memory.
 * @throws MalformedBoxError
 */
export async function* posterPictures(
  source: FootageSource,
  plan: RenditionPlan,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  if (plan.media.container === 'mov') yield* fromMovie(source, plan, signal)
  else yield* fromNote(source, plan, plan.media.container, signal)
}

/**
 * The same keyframes where they are: ffmpeg goes to each, and how much it reads on its way is its
 * own affair.
 * @throws MalformedBoxError
 */
export async function* picturesInPlace(
  source: FootageSource,
  { media, posterSeconds, posterPositions }: RenditionPlan,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  for (const [n, at] of posterSeconds.entries()) {
    const read = await fromPosition(source, media.container, posterPositions[n] ?? null, signal)
    yield { at, source: read, alone: false }
  }
}

/** One that alone exceeds the bound is given only if none fits. */
async function* fromMovie(
  source: FootageSource,
  plan: RenditionPlan,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  const found = await findKeyframes(source, plan, signal)
  if (!found) return
  const { moov, keyframes } = found
  let left = POSTER_BYTES
  const smallest = Math.min(...keyframes.map(({ size }) => size))
  for (const { at, offset, size } of keyframes) {
    if (size > Math.max(left, left === POSTER_BYTES ? smallest : 0)) continue
    left -= size
    const sample = await readBytes(source, offset, offset + size, signal)
    const bytes = movieOfOneSample(moov, plan.media.video.stream, sample)
    yield { at, source: inMemory(bytes), alone: true }
  }
}

const OF_ONE_PICTURE = {
  mpegts: transportOfOnePicture,
  matroska: matroskaOfOnePicture,
  avi: aviOfOnePicture,
}

async function* fromNote(
  source: FootageSource,
  { media, posterSeconds, posterPositions, zeroSeconds }: RenditionPlan,
  container: keyof typeof OF_ONE_PICTURE,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  const [numerator, denominator] = media.video.timeBase
  const { counted, bytesRead } = countBytes(source)
  const end = Math.min(HEADER_BYTES, source.size)
  const header = { start: 0, bytes: await readBytes(counted, 0, end, signal) }
  const read = withSpans(counted, [header])
  for (const [n, at] of posterSeconds.entries()) {
    const position = posterPositions[n]
    const most = POSTER_BYTES - bytesRead()
    if (position === undefined || most <= 0) continue
    const pts = Math.round(((at + zeroSeconds.video) * denominator) / numerator)
    const bytes = await OF_ONE_PICTURE[container](read, { pts, position, most }, signal)
    if (bytes) yield { at, source: inMemory(bytes), alone: true }
  }
}

type Keyframe = { at: number; offset: number; size: number }

/** Where the planned keyframes lie, or null if no movie header tells. */
async function findKeyframes(
  source: FootageSource,
  { media, posterSeconds, zeroSeconds }: RenditionPlan,
  signal: AbortSignal,
): Promise<{ moov: Buffer; keyframes: Keyframe[] } | null> {
  const header = await readMovieHeader(source, signal)
  if (header.kind !== 'indexed') return null
  const track = readTracks(header.moov).find(({ index }) => index === media.video.stream)
  if (!track) return null
  const wanted = new Map(
    posterSeconds.map((at) => [Math.round((at + zeroSeconds.video) * track.timescale), at]),
  )
  const found = new Map<number, Keyframe>()
  for (const { pts, sync, offset, size } of samplesOf(header.moov, track, source.size)) {
    const at = sync ? wanted.get(pts) : undefined
    if (at !== undefined && offset + size <= source.size) found.set(at, { at, offset, size })
  }
  const keyframes = posterSeconds.flatMap((at) => found.get(at) ?? [])
  return keyframes.length > 0 ? { moov: header.moov, keyframes } : null
}

const inMemory = (bytes: Buffer): FootageSource => ({
  size: bytes.length,
  async *read(start, endExclusive) {
    yield bytes.subarray(start, endExclusive)
  },
})

/** The same source, and how many bytes were taken from it so far. */
export function countBytes(source: FootageSource): {
  counted: FootageSource
  bytesRead: () => number
} {
  let bytes = 0
  const counted: FootageSource = {
    size: source.size,
    async *read(start, endExclusive, signal) {
      for await (const piece of source.read(start, endExclusive, signal)) {
        bytes += piece.length
        yield piece
      }
    },
  }
  return { counted, bytesRead: () => bytes }
}
