import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { runChild } from './child-process.ts'
import { HEAD_BYTES, identifyContainer } from './container.ts'
import type { Container, MediaDescription, Unplayable } from './description.ts'
import { mediaDescriptionSchema, type Rational, type UnplayableReason } from './description.ts'
import { MediaError } from './errors.ts'
import { inputGuards, MAX_PIXELS, programGuards, VIDEO_CODECS, windowedReading } from './guards.ts'
import { MalformedBoxError } from './mp4/boxes.ts'
import { readBytes, readMovieHeader } from './mp4/movie-header.ts'
import { samplesOf } from './mp4/samples.ts'
import { readTracks } from './mp4/tracks.ts'
import { serveRanges } from './range-proxy.ts'
import type { FootageSource } from './source.ts'
import type { MediaTools } from './tools.ts'

const PROBE_WALL_MS = 60_000
const PROBE_STALL_MS = 30_000
/** ffprobe reads far ahead of what it looks at. */
const WINDOW_BYTES = 512 * 1024
/** More than a description of 16 streams takes. */
const MAX_ANSWER_BYTES = 1024 * 1024

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
  const answer = await askFfprobe(source, tools, identified.container, signal)
  return 'playable' in answer ? answer : describe(answer, identified.container, source.size)
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

const rational = z.string().transform((value): Rational | null => {
  const [numerator = 0, denominator = 0] = value.split(/[/:]/).map(Number)
  return numerator > 0 && denominator > 0 ? [numerator, denominator] : null
})

/** The part of `ffprobe -of json` that is used; the rest, which an uploader can forge, is not. */
const ffprobeSchema = z.object({
  streams: z.array(
    z.object({
      index: z.int(),
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      profile: z.string().optional(),
      pix_fmt: z.string().optional(),
      width: z.int().optional(),
      height: z.int().optional(),
      sample_aspect_ratio: rational.optional(),
      has_b_frames: z.int().optional(),
      avg_frame_rate: rational.optional(),
      time_base: rational,
      sample_rate: z.coerce.number().optional(),
      channels: z.int().optional(),
      disposition: z.object({ attached_pic: z.int().optional() }).optional(),
      side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
    }),
  ),
  format: z.object({ duration: z.coerce.number().optional() }).default({}),
})
/** `log`: what ffprobe complained of. */
type FfprobeAnswer = z.infer<typeof ffprobeSchema> & { log: string }

async function askFfprobe(
  source: FootageSource,
  tools: MediaTools,
  container: Container,
  signal: AbortSignal,
): Promise<FfprobeAnswer | Unplayable> {
  let touch = () => {}
  await using proxy = await serveRanges(source, {
    signal,
    onBytes: () => touch(),
    windowBytes: WINDOW_BYTES,
  })
  let json = ''
  let log = ''
  try {
    log = await runChild({
      file: tools.ffprobe,
      args: [
        ...programGuards(),
        ...inputGuards(container),
        ...windowedReading(),
        ...['-show_streams', '-show_format', '-of', 'json'],
        proxy.url,
      ],
      stage: 'probe',
      pipes: [async (pipe) => (json = (await text(pipe)).slice(0, MAX_ANSWER_BYTES))],
      wallMs: PROBE_WALL_MS,
      stallMs: PROBE_STALL_MS,
      signal,
      onStart: (alive) => (touch = alive),
    })
  } catch (error) {
    if (proxy.failure() !== undefined)
      throw new MediaError('probe', 'source-failed', 'The recording could not be read.', {
        cause: proxy.failure(),
      })
    if (!(error instanceof MediaError) || error.mediaCode === 'aborted') throw error
    if (error.mediaCode === 'run-failed')
      return refusalOf(error.message) ?? damaged(`It cannot be opened as ${container}.`)
    return unplayable('too-slow', 'Finding out what it is took too long.')
  }
  const parsed = ffprobeSchema.safeParse(JSON.parse(json || '{}'))
  return parsed.success ? { ...parsed.data, log } : damaged(`It describes no ${container} streams.`)
}

/** Whether it was our own limits that ffprobe met; else null. */
function refusalOf(log: string): Unplayable | null {
  const codec = /Codec \((\w+)\) not on whitelist/.exec(log)?.[1]
  if (codec) return unplayable('unsupported-codec', `A track is coded as ${codec}.`)
  const size = /Picture size (\d+)x(\d+) exceeds/.exec(log)
  return size
    ? unplayable('too-large-picture', `A picture has ${size[1]} × ${size[2]} pixels.`)
    : null
}

/** Chooses the tracks to render and puts them into our own words. */
function describe(answer: FfprobeAnswer, container: Container, sizeBytes: number): ProbeResult {
  const pictures = answer.streams.filter(
    ({ codec_type: type, disposition }) => type === 'video' && !disposition?.attached_pic,
  )
  const video = pictures.find(({ width, height }) => width && height) ?? pictures[0]
  if (!video) return unplayable('no-video', 'It has no picture track.')
  const codec = video.codec_name ?? 'unknown'
  if (!(VIDEO_CODECS as readonly string[]).includes(codec))
    return unplayable('unsupported-codec', `Its picture is coded as ${codec}.`)
  const { width = 0, height = 0 } = video
  if (width * height > MAX_PIXELS)
    return unplayable('too-large-picture', `A picture has ${width} × ${height} pixels.`)
  if (!width || !height || !video.time_base)
    return refusalOf(answer.log) ?? damaged('Its picture track has no size.')
  const audio = answer.streams.find(
    (stream) =>
      stream.codec_type === 'audio' && stream.codec_name && stream.sample_rate && stream.channels,
  )
  return {
    playable: true,
    media: mediaDescriptionSchema.parse({
      container,
      sizeBytes,
      declaredSeconds: Math.max(0, answer.format.duration ?? 0),
      video: {
        stream: video.index,
        codec,
        profile: video.profile ?? null,
        pixelFormat: video.pix_fmt ?? 'unknown',
        width,
        height,
        sampleAspectRatio: video.sample_aspect_ratio ?? [1, 1],
        rotation: clockwise(video.side_data_list?.find((data) => data.rotation)?.rotation ?? 0),
        frameRate: video.avg_frame_rate ? video.avg_frame_rate[0] / video.avg_frame_rate[1] : 0,
        timeBase: video.time_base,
        reorderedPictures: video.has_b_frames ?? 0,
      },
      audio: audio
        ? {
            stream: audio.index,
            codec: audio.codec_name,
            sampleRate: audio.sample_rate,
            channels: audio.channels,
            timeBase: audio.time_base ?? [1, audio.sample_rate],
          }
        : null,
    }),
  }
}

/** ffprobe tells the counter-clockwise turn, -180 … 180, that undoes the display matrix. */
const clockwise = (rotation: number): number => {
  const turn = ((Math.round(-rotation / 90) * 90) % 360) + 360
  return turn % 360
}

const unplayable = (reason: UnplayableReason, detail: string): Unplayable => ({
  playable: false,
  reason,
  detail,
})

const damaged = (detail: string): Unplayable => unplayable('damaged', detail)
