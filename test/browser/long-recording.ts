import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { MediaTools } from '../../shared/media/running/tools.ts'

const run = promisify(execFile)

export const RECORDING_SECONDS = 180
/** Small pictures are cut by time: 24 s, then a minute each. */
export const CHUNKS = 4
export const BORDER_SECONDS = 24

/** Makes a recording of several chunks within seconds: a moving picture with a clock, and a tone. */
export async function makeLongRecording({ ffmpeg }: MediaTools, folder: string): Promise<string> {
  const file = path.join(folder, 'long.mp4')
  await run(ffmpeg, [
    ...['-v', 'error', '-nostdin'],
    ...['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=10:d=${RECORDING_SECONDS}`],
    ...['-f', 'lavfi', '-i', `sine=440:r=48000:d=${RECORDING_SECONDS}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '20'],
    ...['-c:a', 'aac', '-b:a', '48k', file],
  ])
  return file
}
