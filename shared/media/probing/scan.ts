import { createInterface } from 'node:readline'
import type { Container, MediaDescription } from '../description.ts'
import { MediaError } from '../errors.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'
import { ClockRestart } from '../noting/clock-restart.ts'
import {
  emptyTally,
  indexOfTally,
  type Tally,
  tallyPicture,
  tallySound,
} from '../noting/packet-tally.ts'
import { runChild } from '../running/child-process.ts'
import { inputGuards, programGuards } from '../running/guards.ts'
import { serveRanges } from '../running/range-proxy.ts'
import { forDemuxer } from '../running/recent-blocks.ts'
import type { MediaTools } from '../running/tools.ts'
import type { FootageSource } from '../source.ts'
import { maskTracks } from './masking/mask-tracks.ts'

/** A scan reads the whole recording; beyond this a job would not stay bounded. */
const SCAN_WALL_MS = 8 * 60_000
const SCAN_STALL_MS = 60_000
/**
 * How many bytes before the position that ffprobe tells of a picture its packet or chunk begins; in
 * other containers that does not tell from where it can be read.
 */
const BEFORE_POSITION: Partial<Record<Container, number>> = { mpegts: 0, avi: 8 }

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
  const refused = media.leftOut.filter((track) => track.refused).map(({ stream }) => stream)
  const masked = await maskTracks(source, media.container, refused, signal)
  const read = forDemuxer(masked, media.container, signal)
  await using proxy = await serveRanges(read, { signal, onBytes: () => touch() })
  const tally = emptyTally()
  const restart = media.container === 'mpegts' ? new ClockRestart() : null
  try {
    await runChild({
      file: tools.ffprobe,
      args: [
        ...programGuards(),
        ...inputGuards(media.container),
        ...['-show_entries', 'packet=stream_index,pts,dts,duration,size,flags,pos'],
        ...['-of', 'compact=print_section=0:nokey=0', proxy.url],
      ],
      stage: 'keyframes',
      pipes: [
        async (pipe) => {
          for await (const line of createInterface({ input: pipe }))
            tallyLine(tally, media, line, restart)
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
  const index = indexOfTally(tally, media)
  return index && restart?.at ? { ...index, readUntil: restart.at } : index
}

/** Counts the packet that a line of ffprobe's compact output describes. */
function tallyLine(
  tally: Tally,
  { container, video, audio }: MediaDescription,
  line: string,
  restart: ClockRestart | null,
): void {
  const field = (name: string) => {
    const value = new RegExp(`(?:^|\\|)${name}=(-?\\d+)(?:\\||$)`).exec(line)?.[1]
    return value === undefined ? undefined : Number(value)
  }
  const pts = field('pts') ?? field('dts')
  if (pts === undefined) return
  const duration = field('duration') ?? 0
  const stream = field('stream_index')
  const [told, before] = [field('pos'), BEFORE_POSITION[container]]
  if (stream === video.stream) {
    if (told !== undefined && line.includes('flags=K')) restart?.keyframe(pts, told)
    if (restart?.at) return
    tallyPicture(tally, {
      pts,
      duration,
      bytes: field('size') ?? 0,
      key: line.includes('flags=K'),
      position: told === undefined || before === undefined ? undefined : told - before,
    })
  }
  if (
    audio &&
    stream === audio.stream &&
    !restart?.at &&
    (restart?.follows(pts, told ?? 0) ?? true)
  )
    tallySound(tally, pts, pts + duration)
}
