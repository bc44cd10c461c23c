/** A segment ends at the first keyframe at or after this many seconds. */
export const SEGMENT_SECONDS = 6
/** Where no keyframe comes, it ends here all the same, and the next one cannot be started in. */
export const LONGEST_SEGMENT_SECONDS = 2 * SEGMENT_SECONDS

/** A chunk is described in one row of a table, which has room for some three hundred segments. */
const MOST_SEGMENTS = 250

/** How long a segment may be where no keyframe comes for `seconds`: 12 s, more beyond 25 minutes. */
export const longestSegment = (seconds: number): number =>
  Math.max(LONGEST_SEGMENT_SECONDS, Math.ceil((2 * seconds) / MOST_SEGMENTS))

/** Whether a segment that has lasted `seconds` ends before this picture. */
export const endsSegment = (
  seconds: number,
  keyframe: boolean,
  longest: number = LONGEST_SEGMENT_SECONDS,
): boolean => seconds >= (keyframe ? longest / 2 : longest) - TOLERANCE_SECONDS

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
  longestSeconds: number = LONGEST_SEGMENT_SECONDS,
  apartSeconds = 0,
): number {
  if (apartSeconds > GAP_SECONDS) return wholeSeconds(longestSeconds + apartSeconds)
  const moments = [...keyframeSeconds, endSeconds]
  const lengthFrom = (start: number, end: number) => (moments[end] ?? endSeconds) - start
  let longest = SEGMENT_SECONDS
  let end = 0
  for (const start of keyframeSeconds) {
    while (end < moments.length - 1 && !endsSegment(lengthFrom(start, end), true, longestSeconds))
      end++
    longest = Math.max(longest, Math.min(lengthFrom(start, end), longestSeconds + GAP_SECONDS))
  }
  return wholeSeconds(longest)
}

const wholeSeconds = (longest: number): number => Math.round(longest + 0.49)
