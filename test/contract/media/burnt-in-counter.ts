import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { MediaTools } from '../../../shared/media/running/tools.ts'

const run = promisify(execFile)

/** Picture n shows n in binary, least bit first: a bright column is a one. It survives encoding. */
const COLUMNS = 16
const COLUMN_PIXELS = 16

/** A recording whose pictures count themselves. */
export const countingPicture = (seconds: number, rate: string): string[] => {
  const size = `${COLUMNS * COLUMN_PIXELS}x32`
  const bits = `255*mod(floor(N/pow(2,floor(X/${COLUMN_PIXELS}))),2)`
  const picture = `color=black:s=${size}:r=${rate}:d=${seconds},format=yuv420p`
  return ['-f', 'lavfi', '-i', `${picture},geq=lum='${bits}':cb=128:cr=128`]
}

/** The numbers that are seen when a file or playlist is played from beginning to end. */
export async function readCounter(
  { ffmpeg }: MediaTools,
  file: string,
  inputOptions: string[] = [],
): Promise<number[]> {
  const columns = ['-vf', `scale=${COLUMNS}:1:flags=area`, '-pix_fmt', 'gray', '-f', 'rawvideo']
  const { stdout } = await run(
    ffmpeg,
    [
      ...['-v', 'error', '-nostdin', ...inputOptions, '-i', file],
      ...['-map', '0:v:0', '-fps_mode', 'passthrough', ...columns, '-'],
    ],
    { encoding: 'buffer', maxBuffer: 1e8, env: { GCONV_PATH: '/nonexistent' } },
  )
  return Array.from({ length: stdout.length / COLUMNS }, (_, picture) =>
    Array.from(stdout.subarray(picture * COLUMNS, (picture + 1) * COLUMNS)).reduce(
      (number, level, bit) => number + (level > 127 ? 2 ** bit : 0),
      0,
    ),
  )
}

/** The longest time of near silence between the first sounds and the last, in samples. */
export async function longestSilence({ ffmpeg }: MediaTools, file: string): Promise<number> {
  const { stdout } = await run(
    ffmpeg,
    ['-v', 'error', '-nostdin', '-i', file, '-map', '0:a:0', '-ac', '1', '-f', 's16le', '-'],
    { encoding: 'buffer', maxBuffer: 1e8, env: { GCONV_PATH: '/nonexistent' } },
  )
  let [longest, silent, heard] = [0, 0, false]
  for (let at = 0; at + 1 < stdout.length; at += 2) {
    if (Math.abs(stdout.readInt16LE(at)) < QUIET) silent++
    else {
      if (heard) longest = Math.max(longest, silent)
      heard = true
      silent = 0
    }
  }
  return longest
}

/** A twentieth of the tone's amplitude: between two swings of 440 Hz only a few samples are below. */
const QUIET = 200
