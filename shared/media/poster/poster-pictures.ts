import { readBytes, readMovieHeader } from '../mp4/movie-header.ts'
import { movieOfOneSample } from '../mp4/one-picture.ts'
import { samplesOf } from '../mp4/samples.ts'
import { readTracks } from '../mp4/tracks.ts'
import type { RenditionPlan } from '../plan.ts'
import { fromPosition } from '../running/from-position.ts'
import type { FootageSource } from '../source.ts'

/** What of a recording may be read for its poster, apart from its header. */
export const POSTER_BYTES = 4 * 1024 * 1024

/** A keyframe to look at; `alone`: the source holds this one picture and nothing else. */
export type PosterPicture = { at: number; source: FootageSource; alone: boolean }

/**
 * The keyframes planned for the poster, in their order. Where an index tells where they lie, each
 * comes as a recording of its own, read to the byte and only as far as the bound allows: whatever
 * ffmpeg reads ahead then, it reads from memory. One that alone exceeds the bound is given only if
 * none fits.
 * @throws MalformedBoxError
 */
export async function* posterPictures(
  source: FootageSource,
  plan: RenditionPlan,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  const found = await findKeyframes(source, plan, signal)
  if (!found) {
    for (const [n, at] of plan.posterSeconds.entries()) {
      const position = plan.posterPositions[n] ?? null
      const read = await fromPosition(source, plan.media.container, position, signal)
      yield { at, source: read, alone: false }
    }
    return
  }
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

type Keyframe = { at: number; offset: number; size: number }

/** Where the planned keyframes lie, or null if no movie header tells. */
async function findKeyframes(
  source: FootageSource,
  { media, posterSeconds, zeroSeconds }: RenditionPlan,
  signal: AbortSignal,
): Promise<{ moov: Buffer; keyframes: Keyframe[] } | null> {
  if (media.container !== 'mov') return null
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
