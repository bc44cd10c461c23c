import type { ChunkResult, StreamOutput } from './chunk-result.ts'
import type { RenditionPlan } from './plan.ts'
import { LONGEST_SEGMENT_SECONDS } from './segments.ts'
import { statementOf } from './statement.ts'

/** A rendition that is played as a stream. */
export type StreamKind = 'copy' | 'proxy'

/** What playlists need of a finished chunk. */
export type StreamedChunk = Pick<ChunkResult, 'index' | 'copy' | 'proxy'>

/**
 * The media playlist of one rendition (RFC 8216 §4.3): an EVENT playlist that only grows, from the
 * first chunks without a gap, whichever others are finished.
 * `uri` gives the address of a chunk's file, which must end in `.mp4`.
 */
export function mediaPlaylist(options: {
  kind: StreamKind
  results: readonly StreamedChunk[]
  /** Chunks in all; when every one of them is here the playlist ends. */
  chunkCount: number
  targetDurationSeconds: number
  uri: (chunkIndex: number) => string
}): string {
  const playable = contiguousPrefix(options)
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${options.targetDurationSeconds}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:EVENT',
    ...(areIndependent(options, playable[0]?.output) ? ['#EXT-X-INDEPENDENT-SEGMENTS'] : []),
    // A player would join a growing playlist near its end.
    '#EXT-X-START:TIME-OFFSET=0,PRECISE=YES',
    ...playable.flatMap(({ index, output }) => chunkLines(options.uri(index), output)),
    ...(playable.length === options.chunkCount ? ['#EXT-X-ENDLIST'] : []),
    '',
  ].join('\n')
}

/**
 * Whether all segments, those to come included, can be decoded by themselves: what has been said
 * once in an EVENT playlist stays. A proxy has keyframes where segments begin; a copy does too unless
 * the plan reckons with segments that no keyframe ends. A recording may still begin between two.
 */
const areIndependent = (
  { kind, targetDurationSeconds }: { kind: StreamKind; targetDurationSeconds: number },
  first: StreamOutput | undefined,
): boolean =>
  (kind === 'proxy' || targetDurationSeconds <= LONGEST_SEGMENT_SECONDS) &&
  (first?.segments.every(({ independent }) => independent) ?? false)

/**
 * The master playlist (RFC 8216 §4.3.4) of what has been made so far, best first. What viewers must
 * be told of each rendition is session data, `bluelamp.statement.copy` and `….proxy`: variants have
 * no name.
 */
export function masterPlaylist(options: {
  results: readonly StreamedChunk[]
  plan: Pick<RenditionPlan, 'media' | 'copy' | 'targetDurationSeconds'>
  uri: (kind: StreamKind) => string
}): string {
  const variants = (['copy', 'proxy'] as const).flatMap((kind) => {
    const outputs = options.results.flatMap((result) => result[kind] ?? [])
    const first = outputs[0]
    return first ? [{ kind, first, outputs }] : []
  })
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    ...variants.flatMap(({ kind, first, outputs }) => [
      `#EXT-X-SESSION-DATA:DATA-ID="bluelamp.statement.${kind}",VALUE="${statementOf(kind, options.plan)}"`,
      `#EXT-X-STREAM-INF:${[
        `BANDWIDTH=${peakBitRate(outputs, options.plan.targetDurationSeconds)}`,
        `AVERAGE-BANDWIDTH=${averageBitRate(outputs)}`,
        `CODECS="${first.codecs}"`,
        `RESOLUTION=${shownSize(first, kind, options.plan)}`,
        ...(kind === 'copy' ? fastFrameRate(options.plan) : []),
      ].join(',')}`,
      options.uri(kind),
    ]),
    '',
  ].join('\n')
}

/** RFC 8216 §4.3.4.2: to be told above 30 pictures a second; the proxy never has more. */
const fastFrameRate = ({ media }: Pick<RenditionPlan, 'media'>): string[] =>
  media.video.frameRate > 30 ? [`FRAME-RATE=${media.video.frameRate.toFixed(3)}`] : []

/** The finished chunks from the first on, up to the first one that is missing. */
function contiguousPrefix({
  kind,
  results,
}: {
  kind: StreamKind
  results: readonly StreamedChunk[]
}): { index: number; output: StreamOutput }[] {
  const byIndex = new Map(results.map((result) => [result.index, result[kind]]))
  const prefix: { index: number; output: StreamOutput }[] = []
  for (let index = 0; ; index++) {
    const output = byIndex.get(index)
    if (!output) return prefix
    prefix.push({ index, output })
  }
}

/** A chunk's own initialisation section, then its segments as byte ranges of one file. */
function chunkLines(uri: string, { initBytes, segments }: StreamOutput): string[] {
  let offset = initBytes
  const lines = [`#EXT-X-MAP:URI="${uri}",BYTERANGE="${initBytes}@0"`]
  for (const { durationSeconds, bytes } of segments) {
    lines.push(`#EXTINF:${durationSeconds.toFixed(6)},`, `#EXT-X-BYTERANGE:${bytes}@${offset}`, uri)
    offset += bytes
  }
  return lines
}

const bitRate = (bytes: number, seconds: number): number =>
  Math.ceil((bytes * 8) / Math.max(seconds, 0.001))

/**
 * RFC 8216 §4.1: the largest bit rate of any run of segments that lasts between half and one and a
 * half times the target duration; of all of them where they are too short for that.
 */
function peakBitRate(outputs: readonly StreamOutput[], targetDurationSeconds: number): number {
  const segments = outputs.flatMap((output) => output.segments)
  let peak = averageBitRate(outputs)
  for (const first of segments.keys()) {
    let bytes = 0
    let seconds = 0
    for (let next = first; next < segments.length; next++) {
      bytes += segments[next]?.bytes ?? 0
      seconds += segments[next]?.durationSeconds ?? 0
      if (seconds > 1.5 * targetDurationSeconds) break
      if (seconds >= 0.5 * targetDurationSeconds) peak = Math.max(peak, bitRate(bytes, seconds))
    }
  }
  return peak
}

function averageBitRate(outputs: readonly StreamOutput[]): number {
  const segments = outputs.flatMap((output) => output.segments)
  const sum = (key: 'bytes' | 'durationSeconds') =>
    segments.reduce((total, segment) => total + segment[key], 0)
  return bitRate(sum('bytes'), sum('durationSeconds'))
}

/** A stream copy keeps its turn as a note for the player; what is shown is upright. */
function shownSize(
  { width, height }: StreamOutput,
  kind: StreamKind,
  { media }: Pick<RenditionPlan, 'media'>,
): string {
  const codedAsIs = kind === 'copy' && width === media.video.width && height === media.video.height
  const turned = media.video.rotation === 90 || media.video.rotation === 270
  return codedAsIs && turned ? `${height}x${width}` : `${width}x${height}`
}
