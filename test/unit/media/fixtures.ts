import type { ChunkResult, StreamOutput } from '../../../shared/media/chunk-result.ts'
import type { MediaDescription } from '../../../shared/media/description.ts'
import type { KeyframeIndex } from '../../../shared/media/keyframe-index.ts'

/** What most cameras record. */
export const bodyCamera: MediaDescription = {
  container: 'mov',
  sizeBytes: 450_000_000,
  declaredSeconds: 600,
  video: {
    stream: 0,
    codec: 'h264',
    profile: 'Main',
    pixelFormat: 'yuv420p',
    width: 1920,
    height: 1080,
    sampleAspectRatio: [1, 1],
    rotation: 0,
    frameRate: 30,
    timeBase: [1, 90_000],
    reorderedPictures: 0,
  },
  audio: {
    stream: 1,
    codec: 'aac',
    sampleRate: 48_000,
    channels: 1,
    timeBase: [1, 48_000],
    beginsLate: false,
  },
  leftOut: [],
}

/** A keyframe every two seconds at 30 pictures a second and 6 Mbit/s. */
export const steadyKeyframes = (seconds: number, bytesPerSecond = 750_000): KeyframeIndex => {
  const groups = Math.ceil(seconds / 2)
  return {
    pts: Array.from({ length: groups }, (_, n) => n * 180_000),
    packets: Array.from({ length: groups }, () => 60),
    bytes: Array.from({ length: groups }, () => 2 * bytesPerSecond),
    startPts: 0,
    endPts: groups * 180_000,
    apartSeconds: 1 / 30,
    zeroSeconds: { video: 0, audio: 0 },
    soundLeadSeconds: 0,
    audio: { startSeconds: 0, endSeconds: groups * 2, longestStepSeconds: 0.0214 },
    truncatedAtSeconds: null,
  }
}

const HASH = 'ab'.repeat(32)

/** A rendered chunk with segments of these lengths. */
export const streamOutput = (
  durations: number[],
  more: Partial<StreamOutput> = {},
): StreamOutput => ({
  codecs: 'avc1.64001f,mp4a.40.2',
  width: 1920,
  height: 1080,
  bytes: 1000 + durations.length * 500,
  sha256: HASH,
  initBytes: 1000,
  segments: durations.map((durationSeconds) => ({
    durationSeconds,
    bytes: 500,
    independent: true,
  })),
  video: { packets: 100, bytes: 400, sha256: HASH },
  audio: null,
  startSeconds: 0,
  endSeconds: durations.reduce((sum, duration) => sum + duration, 0),
  ...more,
})

export const chunkResult = (index: number, more: Partial<ChunkResult> = {}): ChunkResult => ({
  version: 1,
  index,
  copy: streamOutput([6, 6, 3.5]),
  proxy: null,
  storyboard: null,
  noStoryboard: null,
  descent: null,
  tool: { version: '5.1', arguments: [] },
  bytesRead: 0,
  ...more,
})
