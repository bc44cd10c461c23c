import type { Container, MediaDescription } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'
import { LONGEST_LIST_BYTES, MOST_APART_SECONDS } from '../noting/avi-head.ts'
import type { ChunkPlan } from '../plan.ts'
import { groupsOf } from './groups.ts'

/** How large a chunk may be. */
export type ChunkBounds = { pixelFrames: number; bytes: number; seconds: number }

/** What fits a job of ten minutes on one core, where that is half as fast as one of ours. */
export const CHUNK_BOUNDS: ChunkBounds = {
  /** Five minutes of 1080p30: what one core decodes, scales and encodes within minutes. */
  pixelFrames: 1920 * 1080 * 30 * 300,
  /** What is read from storage and written to it again. */
  bytes: 512 * 1024 * 1024,
  /** However small the pictures, so that a long recording has many workers and early results. */
  seconds: 600,
}
/** The first chunk decides when playback can begin: 12 s of 1080p30, two segments. */
const FIRST_SHARE = 0.04
/** Rendering is faster than playing by more than this, so that playback never waits for the next. */
const GROWTH = 3
/** Into about so many chunks a recording is divided, so that workers end their last ones together. */
const CHUNKS = 16
/** Fragments hold picture and sound of about the same time, but not of exactly the same. */
const SOUND_APART_SECONDS = 2
/** In AVI a chunk is looked for by the clock of either track: see `running/avi-from-position.ts`. */
const AVI_LEAD_SECONDS = 4
/** Smaller ones cost more to handle than they gain: half a minute of 1080p30 is one chunk. */
const LEAST_SHARE = 0.1

/**
 * Cuts a recording at keyframes into chunks of bounded work: a small first one, some that grow, and
 * equal ones from there on. A chunk is larger only where a single group of pictures is.
 */
export function cutChunks(
  media: MediaDescription,
  keyframes: KeyframeIndex,
  bounds: ChunkBounds = CHUNK_BOUNDS,
): ChunkPlan[] {
  const groups = groupsOf(media, keyframes)
  const pixels = media.video.width * media.video.height
  const shares = groups.map((group) =>
    Math.max(
      (group.packets * pixels) / bounds.pixelFrames,
      group.bytes / bounds.bytes,
      group.seconds / bounds.seconds,
    ),
  )
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const starts: number[] = []
  let [load, limit] = [0, 0]
  for (const [n, share] of shares.entries()) {
    if (n === 0 || load + share > limit) {
      limit = limitOf(starts.length, whole)
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
      ...placeBefore(media, keyframes, { first: index === 0 ? null : first, next }),
      packets:
        keyframes.packets.length > 0
          ? members.reduce((sum, { packets }) => sum + packets, 0)
          : null,
    }
  })
}

/**
 * The group of pictures that costs most to handle in one piece: in shares of a chunk's work, in
 * seconds and in bytes.
 */
export function largestGroup(
  media: MediaDescription,
  keyframes: KeyframeIndex,
): { share: number; seconds: number; bytes: number } {
  const pixels = media.video.width * media.video.height
  let [share, seconds, bytes] = [0, 0, 0]
  for (const group of groupsOf(media, keyframes)) {
    share = Math.max(share, (group.packets * pixels) / CHUNK_BOUNDS.pixelFrames)
    seconds = Math.max(seconds, group.seconds)
    bytes = Math.max(bytes, group.bytes)
  }
  return { share, seconds, bytes }
}

/** How much a chunk of a recording may hold, in shares of the bounds. */
function limitOf(index: number, whole: number): number {
  if (whole <= LEAST_SHARE) return LEAST_SHARE
  const equal = Math.min(1, Math.max(LEAST_SHARE, whole / CHUNKS))
  return Math.min(equal, FIRST_SHARE * GROWTH ** index)
}

/** Where a demuxer that begins in the middle knows what time it is. */
const TELLING_TIME: readonly Container[] = ['mov', 'matroska']

/**
 * From where on a chunk is read together with the sound that is stored before it; null: ffmpeg
 * finds its own way, as it must where an AVI file of its own could not hold the chunk.
 */
function placeBefore(
  { container, video, sizeBytes }: MediaDescription,
  { pts, positions, sounds = [] }: KeyframeIndex,
  { first, next }: { first: number | null; next: number | undefined },
): Pick<ChunkPlan, 'position' | 'passed'> {
  const isAvi = container === 'avi'
  const isKnown = isAvi
    ? sounds.length > (next ?? pts.length - 1)
    : TELLING_TIME.includes(container)
  if (!positions || !isKnown) return { position: null, passed: null }
  const [numerator, denominator] = video.timeBase
  const seconds = (keyframe: number) => ((pts[keyframe] ?? 0) * numerator) / denominator
  const latest = seconds(first ?? 0) - (isAvi ? AVI_LEAD_SECONDS : SOUND_APART_SECONDS)
  const isLate = (keyframe: number) => Math.max(seconds(keyframe), sounds[keyframe] ?? 0) > latest
  let from = first ?? 0
  while (from > 0 && isLate(from)) from--
  const isBeginning = first === null || (isAvi && isLate(from))
  const position = isBeginning ? 0 : (positions[from] ?? null)
  const after = next === undefined ? Number.POSITIVE_INFINITY : seconds(next) + MOST_APART_SECONDS
  const end = positions[pts.findIndex((_, n) => seconds(n) >= after)] ?? sizeBytes
  if (isAvi && end - (position ?? 0) > LONGEST_LIST_BYTES) return { position: null, passed: null }
  return {
    position,
    passed: isAvi ? { pts: pts[from] ?? 0, soundSeconds: sounds[from] ?? 0 } : null,
  }
}
