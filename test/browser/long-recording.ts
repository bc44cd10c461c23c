import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { MediaTools } from '../../shared/media/tools.ts'

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

/** A stand-in for ffmpeg that makes all but the first chunk wait until the gate is opened. */
export async function gatedFfmpeg(
  { ffmpeg }: MediaTools,
  folder: string,
): Promise<{ ffmpeg: string; open(): Promise<void> }> {
  const [script, gate] = [path.join(folder, 'ffmpeg'), path.join(folder, 'open')]
  const lines = [
    '#!/bin/sh',
    // Only a later chunk is both sought and written as fragments.
    'case "$*" in *-seek_timestamp*-frag_duration*)',
    `  while [ ! -e '${gate}' ]; do /bin/sleep 0.05; done ;;`,
    'esac',
    `exec '${ffmpeg}' "$@"`,
  ]
  await writeFile(script, lines.join('\n'), { mode: 0o755 })
  return { ffmpeg: script, open: () => writeFile(gate, '') }
}
