import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Bench } from '../harness/row.ts'

const run = promisify(execFile)

/** A street camera's recording: real pictures. test/media/README.md */
const STREET = path.resolve(import.meta.dirname, '../../media/car-detection.mp4')

/** What is encoded once and then repeated by stream copy. */
const UNIT_SECONDS = 60
const QUICK_UNIT_SECONDS = 4

export type Container = 'mp4' | 'ts'

/**
 * Body-worn footage of that length: 1080p30, H.264 of some 6 Mbit/s with B-frames, AAC. Real pictures
 * of a street, swaying as they do on a walking officer, with the noise of a small sensor. Made once
 * a run.
 * @param seconds a multiple of a minute; with `--quick` a few seconds at 320×180 whatever is asked
 */
export function bodyWornRecording(bench: Bench, seconds: number): Promise<string> {
  const { quick } = bench
  const unitSeconds = quick ? QUICK_UNIT_SECONDS : UNIT_SECONDS
  const repeats = quick ? 1 : seconds / unitSeconds
  const [width, height] = quick ? [320, 180] : [1920, 1080]
  const sway = (side: string, rate: number) => `'(i${side}-o${side})/2*(1+sin(t*${rate}))'`
  const filter = [
    'fps=30',
    `scale=${width * 1.2}:${height * 1.2}`,
    `crop=${width}:${height}:x=${sway('w', 1.7)}:y=${sway('h', 2.3)}`,
    'noise=alls=6:allf=t',
    'format=yuv420p',
  ].join(',')
  const unit = () =>
    made(bench, `body-worn-unit.mp4`, (file) => [
      ...['-stream_loop', '-1', '-i', STREET, '-t', `${unitSeconds}`, '-map', '0:v', '-map', '0:a'],
      ...['-vf', filter, '-c:v', 'libx264', '-preset', 'veryfast', '-g', '60'],
      ...['-b:v', quick ? '400k' : '6M', '-c:a', 'aac', '-b:a', '128k', file],
    ])
  return repeated(bench, unit, repeats, `body-worn-${repeats * unitSeconds}.mp4`)
}

/**
 * A recording of any length made within seconds: 320×180, five pictures a second, a moving picture
 * with a clock and a tone.
 */
export function longRecording(
  bench: Bench,
  seconds: number,
  container: Container,
): Promise<string> {
  const unitSeconds = bench.quick ? QUICK_UNIT_SECONDS : UNIT_SECONDS
  const unit = () =>
    made(bench, `long-unit.${container}`, (file) => [
      ...['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=5:d=${unitSeconds}`],
      ...['-f', 'lavfi', '-i', `sine=440:r=48000:d=${unitSeconds}`],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '10', '-pix_fmt', 'yuv420p'],
      ...['-c:a', 'aac', '-b:a', '48k', file],
    ])
  const repeats = bench.quick ? seconds / 60 : seconds / unitSeconds
  return repeated(bench, unit, repeats, `long-${seconds}.${container}`)
}

/** The same packets in another container or order of boxes. */
export const remuxed = (bench: Bench, source: string, name: string, ...options: string[]) =>
  made(bench, name, (file) => ['-i', source, '-map', '0', '-c', 'copy', ...options, file])

async function repeated(
  bench: Bench,
  unit: () => Promise<string>,
  times: number,
  name: string,
): Promise<string> {
  const source = await unit()
  return made(bench, name, (file) => [
    ...['-stream_loop', `${Math.round(times) - 1}`, '-i', source, '-map', '0', '-c', 'copy', file],
  ])
}

/** Makes a file with ffmpeg unless it is there; a half-made one is never seen under that name. */
async function made(
  { folder, tools, say }: Bench,
  name: string,
  command: (file: string) => string[],
): Promise<string> {
  const file = path.join(folder, name)
  if (existsSync(file)) return file
  say(`making ${name}`)
  const half = path.join(folder, `half-made-${name}`)
  await run(tools.ffmpeg, ['-v', 'error', '-nostdin', '-y', ...command(half)])
  await rename(half, file)
  return file
}
