import type { MediaDescription, VideoDescription } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'
import type { RenditionPlan, TrackMethod } from '../plan.ts'
import { segmentBounds, targetDuration } from '../segments.ts'
import { CHUNK_BOUNDS, type ChunkBounds, cutChunks, largestGroup } from './cut-chunks.ts'

/** Lines of the proxy, counted on the shorter side so that upright pictures are no smaller. */
const PROXY_LINES = 540
/** Above this the proxy shows every second picture or fewer. */
const PROXY_FRAME_RATE = 31
/** Longest side of a storyboard tile. */
const TILE_SIDE = 160
const TILE_COLUMNS = 10
/** A recording has about this many tiles at most. */
const MAX_TILES = 300
/** Intervals that people can read off a timeline. */
const TILE_INTERVALS = [1, 2, 5, 10, 15, 30, 60, 120, 300]
/**
 * Sound that starts later or ends earlier than this against the picture, or has holes longer than
 * this, is filled with silence: a player would wait for it.
 */
const SOUND_SLACK_SECONDS = 0.25

/**
 * Decoding cannot begin within a group of pictures: one that is more work than twice a chunk's, or
 * longer than twenty minutes, is not decoded, for no job could be bounded. It is copied all the same.
 */
const MOST_DECODED = { share: 2, seconds: 1200 }

const COPIED_PIXELS: Record<string, readonly string[]> = {
  h264: ['yuv420p', 'yuvj420p'],
  hevc: ['yuv420p', 'yuvj420p', 'yuv420p10le'],
}

/** Decides everything about the renditions of a recording. Pure: same input, same plan. */
export function planRenditions(
  media: MediaDescription,
  keyframes: KeyframeIndex,
  bounds: ChunkBounds = CHUNK_BOUNDS,
): RenditionPlan {
  const chunks = cutChunks(media, keyframes, bounds)
  const { timeBase } = media.video
  const shown = (pts: number) => (pts * timeBase[0]) / timeBase[1] - keyframes.zeroSeconds.video
  const durationSeconds = Math.max(shown(keyframes.endPts), 0.001)
  const poster = posterCandidates(keyframes.pts.length)
  const display = displaySize(media.video)
  const group = largestGroup(media, keyframes)
  const segments = segmentBounds(group)
  return {
    version: 1,
    media,
    durationSeconds,
    truncatedAtSeconds: keyframes.truncatedAtSeconds,
    readUntil: keyframes.readUntil ?? null,
    ...(keyframes.clockTurnsBack && { clockTurnsBack: true }),
    zeroSeconds: keyframes.zeroSeconds,
    soundLeadSeconds: keyframes.soundLeadSeconds,
    apartSeconds: keyframes.apartSeconds,
    copy: { video: pictureMethod(media), ...evenSize(display) },
    proxy: {
      ...evenSize(scaleToFit(display, PROXY_LINES, Math.min)),
      limitFrameRate: media.video.frameRate > PROXY_FRAME_RATE,
    },
    proxyOmitted: reasonAgainstDecoding(group),
    posterSeconds: poster.map((keyframe) => shown(keyframes.pts[keyframe] ?? 0)),
    posterPositions: poster.flatMap((keyframe) => keyframes.positions?.[keyframe] ?? []),
    audio: soundMethod(media, keyframes, durationSeconds),
    storyboard: {
      intervalSeconds: tileInterval(durationSeconds),
      ...tileSize(scaleToFit(display, TILE_SIDE, Math.max)),
      columns: TILE_COLUMNS,
    },
    targetDurationSeconds: targetDuration(
      momentsOf(keyframes).map(shown),
      durationSeconds,
      segments,
      keyframes.apartSeconds,
    ),
    leastSegmentSeconds: segments.least,
    longestSegmentSeconds: segments.longest,
    chunks,
  }
}

/** Where a chunk can begin, and so a segment: at the first picture and at each keyframe. */
const momentsOf = ({ startPts, pts }: KeyframeIndex): number[] =>
  startPts < (pts[0] ?? startPts) ? [startPts, ...pts] : pts

const reasonAgainstDecoding = ({ share, seconds }: ReturnType<typeof largestGroup>) =>
  share > MOST_DECODED.share || seconds > MOST_DECODED.seconds
    ? `${Math.round(seconds / 60)} minutes pass without a picture from which decoding can begin`
    : null

function pictureMethod({ container, video }: MediaDescription): TrackMethod {
  if (!COPIED_PIXELS[video.codec]?.includes(video.pixelFormat))
    return encoded(`${video.codec} in ${video.pixelFormat} does not play in browsers`)
  if (container === 'avi' && video.reorderedPictures > 0)
    return encoded('AVI does not say when reordered pictures are shown')
  return { method: 'copied' }
}

function soundMethod(
  { audio }: MediaDescription,
  keyframes: KeyframeIndex,
  durationSeconds: number,
): TrackMethod | null {
  if (!audio || !keyframes.audio) return null
  if (audio.codec !== 'aac') return encoded(`${audio.codec} does not play everywhere`)
  const zero = keyframes.zeroSeconds.audio
  if (keyframes.audio.startSeconds - zero > SOUND_SLACK_SECONDS)
    return encoded('sound starts after the picture: silence is put before it')
  if (keyframes.audio.endSeconds - zero < durationSeconds - SOUND_SLACK_SECONDS)
    return encoded('sound ends before the picture: silence is put after it')
  if (keyframes.audio.longestStepSeconds > SOUND_SLACK_SECONDS)
    return encoded('sound has holes: silence is put into them')
  return { method: 'copied' }
}

const encoded = (reason: string): TrackMethod => ({ method: 'encoded', reason })

type Size = { width: number; height: number }

/** As it is shown: pixels square, turned upright. */
function displaySize({ width, height, sampleAspectRatio, rotation }: VideoDescription): Size {
  const square = { width: (width * sampleAspectRatio[0]) / sampleAspectRatio[1], height }
  return rotation === 90 || rotation === 270
    ? { width: square.height, height: square.width }
    : square
}

/** Scales down, never up, so that the longer or the shorter side has at most `limit` pixels. */
function scaleToFit({ width, height }: Size, limit: number, side: typeof Math.min): Size {
  const scale = Math.min(1, limit / side(width, height))
  return { width: width * scale, height: height * scale }
}

/** 4:2:0 pictures have even sides. */
const evenSize = ({ width, height }: Size): Size => ({ width: even(width), height: even(height) })
const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2)

const tileSize = (size: Size): { tileWidth: number; tileHeight: number } => ({
  tileWidth: even(size.width),
  tileHeight: even(size.height),
})

/** Keyframes worth looking at for the poster, spread over the recording, the best guess first. */
const posterCandidates = (keyframes: number): number[] => {
  const places = [0.1, 0.35, 0.6, 0.85, 0]
  return [...new Set(places.map((place) => Math.floor(place * keyframes)))]
}

const tileInterval = (durationSeconds: number): number =>
  TILE_INTERVALS.find((interval) => durationSeconds / interval <= MAX_TILES) ??
  Math.ceil(durationSeconds / MAX_TILES)
