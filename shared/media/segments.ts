/** A segment ends at the first keyframe at or after this many seconds. */
export const SEGMENT_SECONDS = 6
/** Where no keyframe comes, it ends here or later, and the next one cannot be started in. */
export const LONGEST_SEGMENT_SECONDS = 2 * SEGMENT_SECONDS

/** When a segment ends, in seconds: from `least` on before a keyframe, at `longest` in any case. */
export type SegmentBounds = { least: number; longest: number }
export const SEGMENT_BOUNDS: SegmentBounds = {
  least: SEGMENT_SECONDS,
  longest: LONGEST_SEGMENT_SECONDS,
}

/**
 * A group of pictures up to this long is never divided: playback cannot begin within it, and a
 * player that is sent there would ask for its parts again and again.
 */
const WHOLE_GROUP_SECONDS = 60
/** What a browser can hold beside what it plays. */
const WHOLE_GROUP_BYTES = 64 * 1024 * 1024

/** A chunk is described in one row of a table, which has room for some three hundred segments. */
const MOST_SEGMENTS = 250

/**
 * The bounds of segments, by the largest group of pictures: longer than 12 s where that keeps groups
 * of up to a minute whole, and beyond 25 minutes, where they cannot be.
 */
export function segmentBounds({
  seconds,
  bytes,
}: {
  seconds: number
  bytes: number
}): SegmentBounds {
  const whole = seconds <= WHOLE_GROUP_SECONDS && bytes <= WHOLE_GROUP_BYTES
  if (!whole) {
    const longest = Math.max(LONGEST_SEGMENT_SECONDS, Math.ceil((2 * seconds) / MOST_SEGMENTS))
    return { least: longest / 2, longest }
  }
  // The segment may have begun before the group, and not have been long enough to end.
  const longest = Math.ceil(seconds + SEGMENT_SECONDS)
  return { least: SEGMENT_SECONDS, longest: Math.max(LONGEST_SEGMENT_SECONDS, longest) }
}

/** Whether a segment that has lasted `seconds` ends before this picture. */
export const endsSegment = (
  seconds: number,
  keyframe: boolean,
  { least, longest } = SEGMENT_BOUNDS,
): boolean => seconds >= (keyframe ? least : longest) - TOLERANCE_SECONDS

/** Clocks of containers that count milliseconds make 6 s a little less. */
const TOLERANCE_SECONDS = 0.002

/** Pictures that are further apart have a gap between them, in which nothing can be cut. */
const GAP_SECONDS = 1

/**
 * EXT-X-TARGETDURATION (RFC 8216 §4.3.3.1) before anything is rendered: the longest segment that
 * can begin at any of these keyframes, as chunks do, rounded as the rule demands. Where there are
 * gaps it allows for one at the end of the longest segment.
 * @param apartSeconds the longest time from one picture to the next
 */
export function targetDuration(
  keyframeSeconds: readonly number[],
  endSeconds: number,
  bounds = SEGMENT_BOUNDS,
  apartSeconds = 0,
): number {
  if (apartSeconds > GAP_SECONDS) return wholeSeconds(bounds.longest + apartSeconds)
  const moments = [...keyframeSeconds, endSeconds]
  const lengthFrom = (start: number, end: number) => (moments[end] ?? endSeconds) - start
  let longest = SEGMENT_SECONDS
  let end = 0
  for (const start of keyframeSeconds) {
    while (end < moments.length - 1 && !endsSegment(lengthFrom(start, end), true, bounds)) end++
    longest = Math.max(longest, Math.min(lengthFrom(start, end), bounds.longest + GAP_SECONDS))
  }
  return wholeSeconds(longest)
}

const wholeSeconds = (longest: number): number => Math.round(longest + 0.49)
