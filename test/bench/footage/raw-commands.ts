import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Bench } from '../harness/row.ts'
import { type CommandCost, costOf } from '../measure/command.ts'
import type { ProxySettings } from './proxy-settings.ts'

/** HLS with fragmented MP4 as ffmpeg makes it, segments as long as the pipeline's. */
const HLS = [
  ...['-f', 'hls', '-hls_time', '6', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'],
]
const KEYFRAMES = ['-force_key_frames', 'expr:gte(t,n_forced*6)']

const copyTo = (folder: string): string[] => [
  ...['-map', '0:v:0', '-map', '0:a:0', '-c', 'copy', ...HLS],
  ...['-hls_fmp4_init_filename', 'copy-init.mp4', path.join(folder, 'copy.m3u8')],
]

/** Nothing is faster than this: ffmpeg alone, from a local file to a local folder. */
export const rawCopy = (bench: Bench, file: string): Promise<CommandCost> =>
  inFolder(bench, (folder) => ffmpeg(bench, ['-i', file, ...copyTo(folder)]))

/** Copy and proxy in one pass, with ffmpeg's own choice of threads. */
export const rawCopyAndProxy = (
  bench: Bench,
  file: string,
  { scale, encoder }: ProxySettings,
): Promise<CommandCost> =>
  inFolder(bench, (folder) =>
    ffmpeg(bench, [
      ...['-i', file, ...copyTo(folder)],
      ...['-map', '0:v:0', '-map', '0:a:0', '-vf', scale, ...encoder, ...KEYFRAMES, ...HLS],
      ...['-hls_fmp4_init_filename', 'proxy-init.mp4', path.join(folder, 'proxy.m3u8')],
    ]),
  )

/** The proxy alone into one file. */
export const proxyAlone = (
  bench: Bench,
  file: string,
  { scale, encoder }: ProxySettings,
  output: string,
): Promise<CommandCost> =>
  ffmpeg(bench, [
    ...['-i', file, '-map', '0:v:0', '-map', '0:a:0', '-vf', scale, ...encoder, ...KEYFRAMES],
    ...['-movflags', 'frag_keyframe+empty_moov', output],
  ])

/** A sheet of tiles from keyframes alone: the cheapest way to one. */
export const rawStoryboard = (
  bench: Bench,
  file: string,
  { plan: { storyboard } }: ProxySettings,
): Promise<CommandCost> =>
  inFolder(bench, (folder) =>
    ffmpeg(bench, [
      ...['-discard:v', 'nokey', '-skip_frame', 'nokey', '-i', file, '-an', '-vf'],
      `fps=1/${storyboard.intervalSeconds},scale=${storyboard.tileWidth}:${storyboard.tileHeight},tile=10x30`,
      ...['-q:v', '5', path.join(folder, 'sheet-%d.jpg')],
    ]),
  )

/** One picture at a moment, of the poster's size. */
export const rawPoster = (bench: Bench, file: string, atSeconds: number): Promise<CommandCost> =>
  inFolder(bench, (folder) =>
    ffmpeg(bench, [
      ...['-ss', `${atSeconds}`, '-i', file, '-frames:v', '1'],
      ...['-vf', "scale='min(1280,iw)':-2", '-q:v', '3', path.join(folder, 'poster.jpg')],
    ]),
  )

export const ffmpeg = ({ tools }: Bench, args: string[]): Promise<CommandCost> =>
  costOf(tools.ffmpeg, ['-v', 'error', '-nostdin', '-y', ...args])

/** Runs something in a folder of its own, which goes afterwards. */
export async function inFolder<T>(
  { folder }: Bench,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const own = await mkdtemp(path.join(folder, 'raw-'))
  try {
    return await work(own)
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
