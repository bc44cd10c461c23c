import type { Container } from '../description.ts'
import type { RenditionPlan } from '../plan.ts'
import { headerSpans } from '../probing/header-cache.ts'
import { withinBudget } from '../running/byte-budget.ts'
import { fromPosition } from '../running/from-position.ts'
import { type FootageSource, readBytes, withSpans } from '../source.ts'
import { aviOfOnePicture } from './avi-picture.ts'
import { matroskaOfOnePicture } from './matroska-picture.ts'
import { movieOfOnePicture } from './movie-picture.ts'
import type { OnePicture } from './picture-wanted.ts'
import { transportOfOnePicture } from './transport-picture.ts'

/** What of a recording may be read for its poster, apart from its header. */
export const POSTER_BYTES = 4 * 1024 * 1024

/** The tables and descriptions of a recording without a movie header lie within: kept for all looks. */
const HEAD_BYTES = 64 * 1024

/** A recording of which no more is given than a poster may cost, and how much that still is. */
export type PosterSource = { source: FootageSource; left: () => number }

/** Opens a recording for its poster: the header is in memory, the rest has a budget. */
export async function openForPoster(
  source: FootageSource,
  { media }: RenditionPlan,
  signal: AbortSignal,
): Promise<PosterSource> {
  const header = await headerSpans(source, signal)
  const { within, left } = withinBudget(source, POSTER_BYTES)
  const opened = withSpans(within, header)
  if (media.container === 'mov') return { source: opened, left }
  const bytes = await readBytes(opened, 0, Math.min(HEAD_BYTES, source.size), signal)
  return { source: withSpans(within, [{ start: 0, bytes }]), left }
}

/** A keyframe to look at; `alone`: the source holds this one picture and nothing else. */
export type PosterPicture = { at: number; source: FootageSource; stream: number; alone: boolean }

const ONE_PICTURE: Readonly<Record<Container, OnePicture>> = {
  mov: movieOfOnePicture,
  mpegts: transportOfOnePicture,
  matroska: matroskaOfOnePicture,
  avi: aviOfOnePicture,
}

/**
 * The keyframes planned for the poster, in their order, each as a recording of its own, where an
 * index or a note tells where they lie: each is read to the byte, unless it is larger than what is
 * left to read. Whatever ffmpeg reads ahead then, it reads from memory.
 * @throws MalformedBoxError; BudgetSpentError
 */
export async function* posterPictures(
  { source, left }: PosterSource,
  { media, posterSeconds, posterPositions, zeroSeconds }: RenditionPlan,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  const { container, video } = media
  const [numerator, denominator] = video.timeBase
  for (const [n, at] of posterSeconds.entries()) {
    const pts = Math.round(((at + zeroSeconds.video) * denominator) / numerator)
    const position = posterPositions[n] ?? null
    const wanted = { stream: video.stream, pts, position, most: left() }
    const bytes = await ONE_PICTURE[container](source, wanted, signal)
    // A movie of one sample has one track.
    const stream = container === 'mov' ? 0 : video.stream
    if (bytes) yield { at, source: inMemory(bytes), stream, alone: true }
  }
}

/**
 * The same keyframes where they are: ffmpeg goes to each, and how much it reads on its way is its
 * own affair.
 * @throws MalformedBoxError; BudgetSpentError
 */
export async function* picturesInPlace(
  { source }: PosterSource,
  { media, posterSeconds, posterPositions }: RenditionPlan,
  signal: AbortSignal,
): AsyncGenerator<PosterPicture> {
  const { container, video } = media
  for (const [n, at] of posterSeconds.entries()) {
    const read = await fromPosition(source, container, posterPositions[n] ?? null, signal)
    yield { at, source: read, stream: video.stream, alone: false }
  }
}

const inMemory = (bytes: Buffer): FootageSource => ({
  size: bytes.length,
  async *read(start, endExclusive) {
    yield bytes.subarray(start, endExclusive)
  },
})
