import type { MediaDescription } from './description.ts'
import type { KeyframeIndex } from './keyframes.ts'
import type { ChunkPlan } from './plan.ts'

/** How large a chunk may be. */
export type ChunkBounds = { pixelFrames: number; bytes: number; seconds: number }

/** What fits a job of ten minutes on one core and 300 MB of temporary disk. */
export const CHUNK_BOUNDS: ChunkBounds = {
  /** Five minutes of 1080p30: what one core decodes, scales and encodes within minutes. */
  pixelFrames: 1920 * 1080 * 30 * 300,
  /** The copy of a chunk lies on the temporary disk together with its proxy. */
  bytes: 200 * 1024 * 1024,
  /** However small the pictures, so that a long recording has many workers and early results. */
  seconds: 600,
}
/** The first chunk is this much smaller: it decides when playback can begin. */
const FIRST_CHUNK_SHARE = 0.2

/**
 * Cuts a recording at keyframes into chunks of bounded work. A chunk is larger than the bounds
 * only where a single group of pictures is.
 */
export function cutChunks(
  media: MediaDescription,
  keyframes: KeyframeIndex,
  bounds: ChunkBounds = CHUNK_BOUNDS,
): ChunkPlan[] {
  const groups = groupsOf(media, keyframes)
  const pixels = media.video.width * media.video.height
  const starts: number[] = []
  let load = Number.POSITIVE_INFINITY
  for (const [n, group] of groups.entries()) {
    const share = Math.max(
      (group.packets * pixels) / bounds.pixelFrames,
      group.bytes / bounds.bytes,
      group.seconds / bounds.seconds,
    )
    if (load + share > (starts.length === 1 ? FIRST_CHUNK_SHARE : 1)) {
      starts.push(n)
      load = 0
    }
    load += share
  }
  const last = groups.length - 1
  return starts.map((first, index) => {
    const next = starts[index + 1]
    const members = groups.slice(first, next)
    const startSeconds = index === 0 ? 0 : (groups[first]?.startSeconds ?? 0)
    const endSeconds = groups[next === undefined ? last : next - 1]?.endSeconds ?? 0
    return {
      index,
      startPts: index === 0 ? null : (keyframes.pts[first] ?? null),
      endPts: next === undefined ? null : (keyframes.pts[next] ?? null),
      startSeconds,
      durationSeconds: Math.max(0, endSeconds - startSeconds),
      packets:
        keyframes.packets.length > 0
          ? members.reduce((sum, { packets }) => sum + packets, 0)
          : null,
    }
  })
}

type Group = {
  startSeconds: number
  endSeconds: number
  seconds: number
  packets: number
  bytes: number
}

/** The groups of pictures; what nobody counted is estimated from time. */
function groupsOf(media: MediaDescription, { pts, endPts, ...counted }: KeyframeIndex): Group[] {
  const { frameRate, timeBase } = media.video
  const seconds = (ticks: number) => (ticks * timeBase[0]) / timeBase[1]
  const total = seconds(endPts - (pts[0] ?? 0)) || 1
  return pts.map((start, n) => {
    const end = pts[n + 1] ?? endPts
    const length = seconds(end - start)
    return {
      startSeconds: seconds(start) - counted.zeroSeconds.video,
      endSeconds: seconds(end) - counted.zeroSeconds.video,
      seconds: length,
      packets: counted.packets[n] ?? Math.ceil(length * (frameRate || 30)),
      bytes: counted.bytes[n] ?? (media.sizeBytes * length) / total,
    }
  })
}
