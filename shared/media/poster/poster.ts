import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { SHIFT_SECONDS } from '../chunk/chunk-command.ts'
import type { ChunkResult } from '../chunk-result.ts'
import { MediaError } from '../errors.ts'
import { keyframesAlone } from '../keyframe-decoding.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import type { RenditionPlan } from '../plan.ts'
import { type FfmpegCommand, provenanceOf, runFfmpeg } from '../running/ffmpeg.ts'
import { inputGuards, windowedReading } from '../running/guards.ts'
import { serveRanges } from '../running/range-proxy.ts'
import type { MediaTools } from '../running/tools.ts'
import type { FootageSource } from '../source.ts'
import { comparePictures, isTelling, type PictureQuality, qualityOf } from './picture-quality.ts'
import {
  countBytes,
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
/** ffmpeg reads ahead; a window keeps that to less than a keyframe. */
const WINDOW_BYTES = 256 * 1024
/** Half a millisecond: keeps the rounding of times away from keyframes. */
const SLACK_SECONDS = 0.0005
/** A description is there already: a few packets are enough to open the decoder. */
const PROBE_BYTES = { mov: 65_536, matroska: 65_536, avi: 65_536, mpegts: 1_000_000 }

/**
 * A picture that stands alone has its description in its own header: without this it would be
 * decoded twice, once to find out what it is.
 */
const ALREADY_DESCRIBED = ['-nofind_stream_info']

/** A JPEG that shows what the recording is about. */
export type Poster = {
  jpeg: Buffer
  sha256: string
  width: number
  height: number
  atSeconds: number
  /** How it was made: version of ffmpeg and its arguments, without addresses and paths. */
  tool: ChunkResult['tool']
  /** Of the recording, its header included. */
  bytesRead: number
}

/**
 * Makes a poster from the first of the planned keyframes that is neither black nor blurred, or
 * from the best of them.
 * @throws MediaError `no-keyframe` if none of them can be decoded; `source-failed`; `aborted`
 */
export async function makePoster(job: {
  source: FootageSource
  tools: MediaTools
  plan: RenditionPlan
  signal: AbortSignal
}): Promise<Poster> {
  const { source, plan, signal } = job
  const posterSize = sideAtMost(plan, POSTER_SIDE)
  const candidates: (Grabbed & { at: number })[] = []
  let problem: unknown
  const { counted, bytesRead } = countBytes(source)
  for (const pictures of [posterPictures, picturesInPlace]) {
    if (candidates.length > 0) break
    for await (const picture of readable(pictures(counted, plan, signal))) {
      const options = { signal, windowBytes: WINDOW_BYTES }
      await using proxy = await serveRanges(picture.source, options)
      try {
        const grabbed = await grab(job, picture, proxy.url, posterSize)
        candidates.push({ at: picture.at, ...grabbed })
        if (isTelling(grabbed.quality)) break
      } catch (error) {
        if (signal.aborted || !(error instanceof MediaError)) throw error
        problem = error
      }
      if (proxy.failure() !== undefined) throw unreadable(proxy.failure())
      // Each look in place costs more than its picture: the next might exceed the bound.
      if (!picture.alone && candidates.length > 0 && bytesRead() > POSTER_BYTES / 2) break
    }
  }
  const best = candidates.toSorted((a, b) => comparePictures(a.quality, b.quality))[0]
  if (!best)
    throw new MediaError('poster', 'no-keyframe', 'None of the keyframes can be decoded.', {
      cause: problem,
    })
  return {
    jpeg: best.jpeg,
    sha256: createHash('sha256').update(best.jpeg).digest('hex'),
    ...posterSize,
    atSeconds: best.at,
    tool: { version: job.tools.version, arguments: best.arguments },
    bytesRead: bytesRead(),
  }
}

/** A source that fails is told from a picture that cannot be decoded. */
async function* readable<T>(pictures: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pictures
  } catch (error) {
    if (!(error instanceof MalformedBoxError)) throw unreadable(error)
    throw new MediaError('poster', 'no-keyframe', error.message, { cause: error })
  }
}

const unreadable = (cause: unknown) =>
  new MediaError('poster', 'source-failed', 'The recording could not be read.', { cause })

type Size = { width: number; height: number }

type Grabbed = { jpeg: Buffer; quality: PictureQuality; arguments: string[] }

async function grab(
  { tools, plan, signal }: { tools: MediaTools; plan: RenditionPlan; signal: AbortSignal },
  picture: PosterPicture,
  url: string,
  posterSize: Size,
): Promise<Grabbed> {
  const greySize = sideAtMost(plan, GREY_SIDE)
  let jpeg = Buffer.alloc(0)
  let grey = Buffer.alloc(0)
  const command = posterCommand(plan, picture, url, posterSize, greySize, {
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
  const quality = qualityOf({ ...greySize, pixels: grey })
  return { jpeg, quality, arguments: provenanceOf(command) }
}

type Readers = Record<'jpeg' | 'grey', FfmpegCommand['outputs'][number]['read']>

function posterCommand(
  { media, zeroSeconds }: RenditionPlan,
  { at, alone }: PosterPicture,
  url: string,
  poster: Size,
  grey: Size,
  readers: Readers,
): FfmpegCommand {
  const keyframe = at + zeroSeconds.video
  // A seek may lead to the keyframe before.
  const trim = `trim=start=${(keyframe + SHIFT_SECONDS - SLACK_SECONDS).toFixed(6)},`
  const seek = [
    ...['-probesize', `${PROBE_BYTES[media.container]}`, ...keyframesAlone(media.video)],
    ...['-copyts', '-itsoffset', `${SHIFT_SECONDS}`, '-seek_timestamp', '1'],
    ...['-noaccurate_seek', '-ss', (keyframe + SLACK_SECONDS).toFixed(6)],
  ]
  const scale = ({ width, height }: Size) => `scale=${width}:${height},setsar=1`
  return {
    input: {
      url,
      options: [
        ...inputGuards(media.container),
        ...windowedReading(),
        ...['-threads', '1'],
        ...(alone ? ALREADY_DESCRIBED : seek),
      ],
    },
    filterGraph: [
      `[0:${alone ? 0 : media.video.stream}]${alone ? '' : trim}split=2[a][b]`,
      `[a]${scale(poster)},format=yuvj420p[poster]`,
      `[b]${scale(grey)},format=gray[grey]`,
    ].join(';'),
    outputs: [
      {
        options: [
          ...['-map', '[poster]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '3'],
          ...['-map_metadata', '-1', '-f', 'image2pipe'],
        ],
        read: readers.jpeg,
      },
      {
        options: ['-map', '[grey]', '-frames:v', '1', '-f', 'rawvideo'],
        read: readers.grey,
      },
    ],
  }
}

/** The size shown, scaled down so that its longer side has at most `side` pixels. */
function sideAtMost({ copy: { width, height } }: RenditionPlan, side: number): Size {
  const scale = Math.min(1, side / Math.max(width, height))
  const even = (length: number) => Math.max(2, Math.round((length * scale) / 2) * 2)
  return { width: even(width), height: even(height) }
}
