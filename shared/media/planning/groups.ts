import type { MediaDescription } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'

/** What lies between two keyframes, in all that it costs. Seconds are those shown. */
export type Group = {
  startSeconds: number
  endSeconds: number
  seconds: number
  packets: number
  bytes: number
}

/** The groups of pictures; what nobody counted is estimated from time. */
export function groupsOf(
  media: MediaDescription,
  { pts, startPts, endPts, ...counted }: KeyframeIndex,
): Group[] {
  const { frameRate, timeBase } = media.video
  const seconds = (ticks: number) => (ticks * timeBase[0]) / timeBase[1]
  const total = seconds(endPts - (pts[0] ?? 0)) || 1
  return pts.map((keyframe, n) => {
    const start = n === 0 ? Math.min(startPts, keyframe) : keyframe
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
