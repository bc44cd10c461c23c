import { MediaError } from '../errors.ts'

/**
 * Whether a run of ffmpeg failed because pictures of the recording cannot be decoded. Trying again
 * does not help then, and a copy can be made all the same.
 */
export const isUndecodable = (error: unknown): boolean =>
  error instanceof MediaError &&
  (error.mediaCode === 'no-keyframe' ||
    (error.mediaCode === 'run-failed' && SAID.some((words) => words.test(error.message))))

const SAID = [
  // The documented answer (`-max_error_rate`) where more than two thirds of the pictures fail.
  /^ffmpeg ended with 69\./,
  // Where all fail: up to 6.1, and since.
  /Cannot determine format of input stream \d+:\d+ after EOF/,
  /\/image2pipe @ \w+\] Nothing was written into output file/,
]
