import { BluelampError, type ErrorCode } from '../errors.ts'

/**
 * Why the media engine could not do its work. What is wrong with the recording itself is never an
 * error but a value (see `probe`): these are failures of the surroundings or of a run.
 * - `tools-missing`: no usable ffmpeg or ffprobe on this machine
 * - `source-failed`: the bytes of the recording could not be read; trying again can help
 * - `run-failed`: ffmpeg ended with an error; the message carries the tail of its log
 * - `run-stalled`: ffmpeg made no progress for too long and was killed
 * - `run-too-long`: ffmpeg used up its wall-clock time and was killed
 * - `output-too-large`: ffmpeg wrote more than the plan allows and was killed
 * - `output-wrong`: ffmpeg said it succeeded, yet what it wrote is not what the plan promises
 * - `no-keyframe`: nothing in the recording, or in a chunk, can be decoded to a picture
 * - `aborted`: the caller withdrew the work
 */
export type MediaErrorCode =
  | 'tools-missing'
  | 'source-failed'
  | 'run-failed'
  | 'run-stalled'
  | 'run-too-long'
  | 'output-too-large'
  | 'output-wrong'
  | 'no-keyframe'
  | 'aborted'

/** The step of the engine in which it happened. */
export type MediaStage = 'tools' | 'probe' | 'keyframes' | 'poster' | 'chunk' | 'descent'

/** Raised by every function of the media engine. Messages hold no path, address or token. */
export class MediaError extends BluelampError {
  override readonly name = 'MediaError'
  readonly mediaCode: MediaErrorCode
  readonly stage: MediaStage

  constructor(
    stage: MediaStage,
    mediaCode: MediaErrorCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(CODE_OF[mediaCode], message, options)
    this.mediaCode = mediaCode
    this.stage = stage
  }
}

/** Whether trying again can help is in the base code. */
const CODE_OF = {
  'tools-missing': 'misconfigured',
  'source-failed': 'unavailable',
  'run-failed': 'unavailable',
  'run-stalled': 'unavailable',
  'run-too-long': 'unavailable',
  'output-too-large': 'damaged-record',
  'output-wrong': 'damaged-record',
  'no-keyframe': 'damaged-record',
  aborted: 'unavailable',
} as const satisfies Record<MediaErrorCode, ErrorCode>
