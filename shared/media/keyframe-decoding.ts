import type { VideoDescription } from './description.ts'

/**
 * Input options by which only keyframes are decoded, or none where that gives wrong pictures:
 * ffmpeg's H.264 decoder loses count (POC, ITU-T H.264 8.2.1) over what it skips in open groups of
 * pictures and gives the keyframes out backwards.
 */
export const keyframesAlone = ({ codec, reorderedPictures }: VideoDescription): string[] =>
  codec === 'h264' && reorderedPictures > 0 ? [] : ['-skip_frame', 'nokey']
