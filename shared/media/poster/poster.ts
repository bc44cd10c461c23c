import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { ChunkResult } from '../chunk-result.ts'
import { MediaError } from '../errors.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import type { RenditionPlan } from '../plan.ts'
import { BudgetSpentError } from '../running/byte-budget.ts'
import { provenanceOf, runFfmpeg } from '../running/ffmpeg.ts'
import { serveRanges } from '../running/range-proxy.ts'
import type { MediaTools } from '../running/tools.ts'
import type { FootageSource } from '../source.ts'
import { comparePictures, isTelling, type PictureQuality, qualityOf } from './picture-quality.ts'
import { posterCommand, type Size } from './poster-command.ts'
import {
  openForPoster,
  POSTER_BYTES,
  type PosterPicture,
  picturesInPlace,
  posterPictures,
} from './poster-pictures.ts'

const POSTER_WALL_MS = 60_000
const POSTER_STALL_MS = 20_000
/** Longest side of a poster. */
const POSTER_SIDE = 1280
/** Longest side of the small grey picture by which candidates are judged. */
const GREY_SIDE = 320
/** ffmpeg reads ahead in a recording; a window keeps that to less than a keyframe. */
const WINDOW_BYTES = 256 * 1024

/** A JPEG that shows what the recording is about. */
export type Poster = {
  jpeg: Buffer
  sha256: string
  width: number
  height: number
  atSeconds: number
  /** How it was made: version of ffmpeg and its arguments, without addresses and paths. */
  tool: ChunkResult['tool']
}

type Job = { source: FootageSource; tools: MediaTools; plan: RenditionPlan; signal: AbortSignal }

/**
 * Makes a poster from the first of the planned keyframes that is neither black nor blurred, or
 * from the best of them. Reads the header and `POSTER_BYTES` at most, whatever the recording.
 * @throws MediaError `no-keyframe` if none of them can be decoded, or none from so few bytes;
 * `source-failed`; `aborted`
 */
export async function makePoster(job: Job): Promise<Poster> {
  const { looks, problem } = await lookAtKeyframes(job)
  const best = looks.toSorted((a, b) => comparePictures(a.quality, b.quality))[0]
  if (!best)
    throw new MediaError(
      'poster',
      'no-keyframe',
      problem instanceof MediaError
        ? 'None of the keyframes looked at for a poster can be decoded.'
        : `No keyframe can be had from the ${POSTER_BYTES / 1024 ** 2} MiB that may be read for a poster.`,
      { cause: problem },
    )
  return {
    jpeg: best.jpeg,
    sha256: createHash('sha256').update(best.jpeg).digest('hex'),
    ...sideAtMost(job.plan, POSTER_SIDE),
    atSeconds: best.at,
    tool: { version: job.tools.version, arguments: best.arguments },
  }
}

type Look = { at: number; jpeg: Buffer; quality: PictureQuality; arguments: string[] }

/** Looks until a picture is telling or nothing more may be read; `problem`: what went wrong first. */
async function lookAtKeyframes(job: Job): Promise<{ looks: Look[]; problem: unknown }> {
  const { source, plan, signal } = job
  const looks: Look[] = []
  let problem: unknown
  const opened = await openForPoster(source, plan, signal).catch(rethrow)
  for (const pictures of [posterPictures, picturesInPlace]) {
    if (looks.length > 0) break
    try {
      for await (const picture of readable(pictures(opened, plan, signal))) {
        const look = await lookAt(picture, job)
        if (look instanceof MediaError) problem ??= look
        else if (looks.push(look) && isTelling(look.quality)) break
      }
    } catch (error) {
      if (!(error instanceof BudgetSpentError)) throw error
      problem ??= error
    }
  }
  return { looks, problem }
}

async function* readable<T>(pictures: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pictures
  } catch (error) {
    rethrow(error)
  }
}

/** A source that fails is told from a picture that cannot be decoded. */
function rethrow(error: unknown): never {
  if (error instanceof BudgetSpentError) throw error
  if (error instanceof MalformedBoxError)
    throw new MediaError('poster', 'no-keyframe', error.message, { cause: error })
  throw unreadable(error)
}

const unreadable = (cause: unknown) =>
  new MediaError('poster', 'source-failed', 'The recording could not be read.', { cause })

/**
 * Decodes a keyframe. What could not be read ends the look even if ffmpeg has shown a picture: it
 * makes up the parts that it lacks.
 * @returns why it cannot be decoded, where that is so
 */
async function lookAt(picture: PosterPicture, job: Job): Promise<Look | MediaError> {
  await using proxy = await serveRanges(picture.source, {
    signal: job.signal,
    windowBytes: picture.alone ? picture.source.size : WINDOW_BYTES,
  })
  const look = await grab(picture, proxy.url, job).catch((error: unknown) => {
    if (job.signal.aborted || !(error instanceof MediaError)) throw error
    return error
  })
  const failure = proxy.failure()
  if (failure !== undefined) rethrow(failure)
  return look
}

async function grab(
  picture: PosterPicture,
  url: string,
  { tools, plan, signal }: Job,
): Promise<Look> {
  const sizes = { poster: sideAtMost(plan, POSTER_SIDE), grey: sideAtMost(plan, GREY_SIDE) }
  let jpeg = Buffer.alloc(0)
  let grey = Buffer.alloc(0)
  const command = posterCommand(plan, picture, url, sizes, {
    jpeg: async (pipe) => {
      jpeg = await buffer(pipe)
    },
    grey: async (pipe) => {
      grey = await buffer(pipe)
    },
  })
  await runFfmpeg(command, {
    tools,
    stage: 'poster',
    wallMs: POSTER_WALL_MS,
    stallMs: POSTER_STALL_MS,
    signal,
  })
  if (jpeg.length === 0) throw new MediaError('poster', 'output-wrong', 'A poster came out empty.')
  const quality = qualityOf({ ...sizes.grey, pixels: grey })
  return { at: picture.at, jpeg, quality, arguments: provenanceOf(command) }
}

/** The size shown, scaled down so that its longer side has at most `side` pixels. */
function sideAtMost({ copy: { width, height } }: RenditionPlan, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height))
  const even = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2)
  return { width: even(width), height: even(height) }
}
