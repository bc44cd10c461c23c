import { text } from 'node:stream/consumers'
import { z } from 'zod'
import {
  type Container,
  damaged,
  type Rational,
  type Unplayable,
  unplayable,
} from '../description.ts'
import { MediaError } from '../errors.ts'
import { ENCRYPTED } from '../left-out.ts'
import { runChild } from '../running/child-process.ts'
import { inputGuards, programGuards, windowedReading } from '../running/guards.ts'
import { serveRanges } from '../running/range-proxy.ts'
import { forDemuxer } from '../running/recent-blocks.ts'
import type { MediaTools } from '../running/tools.ts'
import type { FootageSource } from '../source.ts'
import { maskTracks } from './masking/mask-tracks.ts'

const PROBE_WALL_MS = 60_000
const PROBE_STALL_MS = 30_000
/** ffprobe reads far ahead of what it looks at. */
const WINDOW_BYTES = 512 * 1024
/** More than a description of 16 streams takes. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Each takes a run of its own to find; a recording has one or two. */
const MAX_REFUSED_TRACKS = 4

const rational = z.string().transform((value): Rational | null => {
  const [numerator = 0, denominator = 0] = value.split(/[/:]/).map(Number)
  return numerator > 0 && denominator > 0 ? [numerator, denominator] : null
})

const streamSchema = z.object({
  index: z.int(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  codec_tag_string: z.string().optional(),
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
})

/** The part of `ffprobe -of json` that is used; the rest, which an uploader can forge, is not. */
const ffprobeSchema = z.object({
  streams: z.array(streamSchema),
  format: z.object({ duration: z.coerce.number().optional() }).default({}),
})
export type FfprobeStream = z.infer<typeof streamSchema>
export type FfprobeAnswer = z.infer<typeof ffprobeSchema> & {
  /** What ffprobe complained of. */
  log: string
  /** The decoders that some tracks would need and that may not run here, or `ENCRYPTED`, by stream. */
  refused: ReadonlyMap<number, string>
  /** Whether it was read far for its sound, which does not begin with the picture. */
  far: boolean
}

/**
 * Has ffprobe describe a recording. A track whose decoder may not run makes it give up: it is
 * asked again with that track masked, so that the others can play. So it is, reading further, where a
 * transport stream names sound that has not begun: its packets alone tell what it is.
 * @param encrypted tracks that are masked from the beginning
 * @throws MediaError `source-failed`, `aborted`
 */
export async function askFfprobe(
  source: FootageSource,
  tools: MediaTools,
  container: Container,
  encrypted: readonly number[],
  signal: AbortSignal,
): Promise<FfprobeAnswer | Unplayable> {
  const refused = new Map(encrypted.map((stream) => [stream, ENCRYPTED]))
  let far = false
  for (;;) {
    const masked = await maskTracks(source, container, [...refused.keys()], signal)
    const answer = await runFfprobe(masked, tools, inputGuards(container, far), container, signal)
    if ('playable' in answer) return answer
    if ('streams' in answer) {
      if (far || container !== 'mpegts' || !isSoundAwaited(answer.streams))
        return { ...answer, refused, far }
      far = true
      continue
    }
    const { stream, decoder } = answer
    if (refused.has(stream) || refused.size >= encrypted.length + MAX_REFUSED_TRACKS)
      return unplayable('unsupported-codec', `A track is coded as ${decoder}.`)
    refused.set(stream, decoder)
  }
}

/** Whether there is sound, and of none of it is known what it is. */
function isSoundAwaited(streams: readonly FfprobeStream[]): boolean {
  const sounds = streams.filter((stream) => stream.codec_type === 'audio')
  return sounds.length > 0 && sounds.every((stream) => !stream.sample_rate)
}

type Refusal = { stream: number; decoder: string }

async function runFfprobe(
  source: FootageSource,
  tools: MediaTools,
  guards: string[],
  container: Container,
  signal: AbortSignal,
): Promise<Omit<FfprobeAnswer, 'refused' | 'far'> | Refusal | Unplayable> {
  let touch = () => {}
  await using proxy = await serveRanges(forDemuxer(source, container, signal), {
    signal,
    onBytes: () => touch(),
    windowBytes: WINDOW_BYTES,
  })
  let json = ''
  let log = ''
  // What a source that broke off left ffprobe with says nothing of the recording.
  const refuseUnread = () => {
    if (proxy.failure() === undefined) return
    throw new MediaError('probe', 'source-failed', 'The recording could not be read.', {
      cause: proxy.failure(),
    })
  }
  try {
    log = await runChild({
      file: tools.ffprobe,
      args: [
        ...programGuards(),
        // Which track it gives up on is but a warning.
        ...['-loglevel', 'warning'],
        ...guards,
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
    refuseUnread()
    if (!(error instanceof MediaError) || error.mediaCode === 'aborted') throw error
    if (error.mediaCode === 'run-failed')
      return (
        refusedTrack(error.message) ??
        refusedSize(error.message) ??
        damaged(`It cannot be opened as ${container}.`)
      )
    return unplayable('too-slow', 'Finding out what it is took too long.')
  }
  refuseUnread()
  const parsed = ffprobeSchema.safeParse(JSON.parse(json || '{}'))
  return parsed.success ? { ...parsed.data, log } : damaged(`It describes no ${container} streams.`)
}

/** The track whose decoder may not run, if that was what ffprobe ended with; else null. */
function refusedTrack(log: string): Refusal | null {
  const stream = /Could not open codec for input stream (\d+)\s*$/.exec(log)?.[1]
  const decoder = [...log.matchAll(/Codec \((\w+)\) not on whitelist/g)].at(-1)?.[1]
  return stream && decoder ? { stream: Number(stream), decoder } : null
}

/** Whether it was our own limit on the size of pictures that ffprobe met; else null. */
export function refusedSize(log: string): Unplayable | null {
  const size = /Picture size (\d+)x(\d+) exceeds/.exec(log)
  return size
    ? unplayable('too-large-picture', `A picture has ${size[1]} × ${size[2]} pixels.`)
    : null
}
