import { createInterface } from 'node:readline'
import { runChild } from './child-process.ts'
import type { MediaDescription } from './description.ts'
import { MediaError } from './errors.ts'
import { inputGuards, programGuards } from './guards.ts'
import type { KeyframeIndex } from './keyframes.ts'
import { serveRanges } from './range-proxy.ts'
import type { FootageSource } from './source.ts'
import type { MediaTools } from './tools.ts'

/** A scan reads the whole recording; beyond this a job would not stay bounded. */
const SCAN_WALL_MS = 8 * 60_000
const SCAN_STALL_MS = 60_000
/** A difference from the declared duration that is not a cut but rounding. */
const TRUNCATION_SLACK_SECONDS = 1

/**
 * The keyframes of a recording whose container keeps no index that can be trusted, by letting
 * ffprobe walk over its packets (nothing is decoded). Null if there is no keyframe.
 * @throws MediaError
 */
export async function scanKeyframes(
  source: FootageSource,
  media: MediaDescription,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<KeyframeIndex | null> {
  let touch = () => {}
  await using proxy = await serveRanges(source, { signal, onBytes: () => touch() })
  const tally = new PacketTally(media)
  try {
    await runChild({
      file: tools.ffprobe,
      args: [
        ...programGuards(),
        ...inputGuards(media.container),
        ...['-show_entries', 'packet=stream_index,pts,dts,duration,size,flags'],
        ...['-of', 'compact=print_section=0:nokey=0', proxy.url],
      ],
      stage: 'keyframes',
      pipes: [
        async (pipe) => {
          for await (const line of createInterface({ input: pipe })) tally.add(line)
        },
      ],
      wallMs: SCAN_WALL_MS,
      stallMs: SCAN_STALL_MS,
      signal,
      onStart: (alive) => (touch = alive),
    })
  } catch (error) {
    // A damaged tail ends the walk with an error; what came before it still plays.
    if (!(error instanceof MediaError) || error.mediaCode !== 'run-failed') throw error
  }
  if (proxy.failure() !== undefined)
    throw new MediaError('keyframes', 'source-failed', 'The recording could not be read.', {
      cause: proxy.failure(),
    })
  return tally.index()
}

class PacketTally {
  readonly #media: MediaDescription
  readonly #pts: number[] = []
  readonly #packets: number[] = []
  readonly #bytes: number[] = []
  #firstPts = Number.POSITIVE_INFINITY
  #endPts = Number.NEGATIVE_INFINITY
  #audio = { start: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY, last: 0, step: 0 }

  constructor(media: MediaDescription) {
    this.#media = media
  }

  add(line: string): void {
    const field = (name: string) => {
      const value = new RegExp(`(?:^|\\|)${name}=(-?\\d+)(?:\\||$)`).exec(line)?.[1]
      return value === undefined ? undefined : Number(value)
    }
    const pts = field('pts') ?? field('dts')
    if (pts === undefined) return
    const end = pts + (field('duration') ?? 0)
    const { video, audio } = this.#media
    const stream = field('stream_index')
    if (stream === video.stream)
      this.#addPicture(pts, end, field('size') ?? 0, line.includes('flags=K'))
    if (audio && stream === audio.stream) {
      const { start, last, step } = this.#audio
      this.#audio = {
        start: Math.min(start, pts),
        end: Math.max(this.#audio.end, end),
        last: pts,
        step: Number.isFinite(start) ? Math.max(step, pts - last) : 0,
      }
    }
  }

  #addPicture(pts: number, end: number, size: number, key: boolean): void {
    this.#firstPts = Math.min(this.#firstPts, pts)
    this.#endPts = Math.max(this.#endPts, end)
    if (key && pts > (this.#pts.at(-1) ?? Number.NEGATIVE_INFINITY)) this.#pts.push(pts)
    const last = Math.max(0, this.#pts.length - 1)
    this.#packets[last] = (this.#packets[last] ?? 0) + 1
    this.#bytes[last] = (this.#bytes[last] ?? 0) + size
  }

  index(): KeyframeIndex | null {
    if (this.#pts.length === 0) return null
    const { video, audio, declaredSeconds, container } = this.#media
    const seconds = (pts: number, [numerator, denominator]: readonly [number, number]) =>
      (pts * numerator) / denominator
    const heard =
      audio && this.#audio.end > this.#audio.start
        ? {
            startSeconds: seconds(this.#audio.start, audio.timeBase),
            endSeconds: seconds(this.#audio.end, audio.timeBase),
            longestStepSeconds: seconds(this.#audio.step, audio.timeBase),
          }
        : null
    const first = seconds(this.#firstPts, video.timeBase)
    const zero = Math.min(first, heard?.startSeconds ?? first)
    const shownEnd = seconds(this.#endPts, video.timeBase) - zero
    // A transport stream declares nothing: ffprobe only guesses its duration.
    const cut =
      container !== 'mpegts' &&
      Math.max(shownEnd, (heard?.endSeconds ?? 0) - zero) + TRUNCATION_SLACK_SECONDS <
        declaredSeconds
    return {
      pts: this.#pts,
      packets: this.#packets,
      bytes: this.#bytes,
      endPts: this.#endPts,
      zeroSeconds: { video: zero, audio: zero },
      soundLeadSeconds: 0,
      audio: heard,
      truncatedAtSeconds: cut ? shownEnd : null,
    }
  }
}
