/** A segment ends at the first keyframe at or after this many seconds. */
export const SEGMENT_SECONDS = 6
/** Where no keyframe comes, it ends here all the same, and the next one cannot be started in. */
export const LONGEST_SEGMENT_SECONDS = 12

/** Whether a segment that has lasted `seconds` ends before this picture. */
export const endsSegment = (seconds: number, keyframe: boolean): boolean =>
  seconds >= (keyframe ? SEGMENT_SECONDS : LONGEST_SEGMENT_SECONDS) - TOLERANCE_SECONDS

/** Clocks of containers that count milliseconds make 6 s a little less. */
const TOLERANCE_SECONDS = 0.002

/**
 * EXT-X-TARGETDURATION (RFC 8216 §4.3.3.1) before anything is rendered: the longest segment that
 * keyframes at these seconds can make, rounded as the rule demands.
 */
export function targetDuration(keyframeSeconds: readonly number[], endSeconds: number): number {
  let longest = SEGMENT_SECONDS
  let start = keyframeSeconds[0] ?? 0
  for (const at of [...keyframeSeconds.slice(1), endSeconds]) {
    if (!endsSegment(at - start, true)) continue
    longest = Math.max(longest, Math.min(at - start, LONGEST_SEGMENT_SECONDS + 1))
    start = at
  }
  return Math.round(longest + 0.49)
}
