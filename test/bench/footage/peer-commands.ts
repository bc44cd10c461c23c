import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Bench } from '../harness/row.ts'
import { type CommandCost, total } from '../measure/command.ts'
import { ffmpeg } from './raw-commands.ts'

/**
 * What PeerTube runs for a 1080p30 upload (packages/ffmpeg/src, its defaults written out), at the
 * height of our proxy. Its bit rate is 0.12 bits a pixel from 480 to 719 lines, by its own table.
 */
const peerTubeRate = (width: number, height: number): number =>
  Math.floor(width * height * 30 * 0.12)

const PEERTUBE_HLS = (output: string): string[] => [
  ...['-hls_time', '4', '-hls_list_size', '0', '-hls_playlist_type', 'vod'],
  ...['-hls_segment_filename', `${output}.mp4`, '-hls_segment_type', 'fmp4'],
  ...['-f', 'hls', '-hls_flags', 'single_file', `${output}.m3u8`],
]

type Size = { width: number; height: number }

/** Copy, proxy, thumbnail and storyboard, one command after the other as PeerTube's jobs do. */
export async function peerTubeSet(
  bench: Bench,
  file: string,
  folder: string,
  size: Size,
  durationSeconds: number,
): Promise<CommandCost & { proxySeconds: number }> {
  const proxy = await ffmpeg(bench, peerTubeProxy(file, path.join(folder, 'proxy'), size))
  const whole = total(
    proxy,
    await ffmpeg(bench, [
      ...['-i', file, '-acodec', 'copy', '-vcodec', 'copy', '-f', 'mp4'],
      ...PEERTUBE_HLS(path.join(folder, 'copy')),
    ]),
    await ffmpeg(bench, [
      ...['-ss', `${durationSeconds / 2}`, '-i', file, '-filter:v', 'thumbnail=50'],
      ...['-frames:v', '1', path.join(folder, 'thumbnail.jpg')],
    ]),
    await ffmpeg(bench, [
      ...['-i', file, '-filter_complex'],
      "setpts=N/round(FRAME_RATE)/TB,select='not(mod(t,1))',scale=192:108,tile=layout=11x11",
      ...['-frames:v', '1', '-q:v', '2', path.join(folder, 'storyboard.jpg')],
    ]),
  )
  return { ...whole, proxySeconds: proxy.seconds }
}

/** Searching for a size ends at this one or after so many runs; the first is at a usual quality. */
const SAME_SIZE = 0.01
const MOST_RUNS = 5
const FIRST_CRF = 28
/** By how much the logarithm of the size falls where the rate factor is one more: half at six. */
const SHRINKING = Math.LN2 / 6

/**
 * PeerTube's proxy within a bound of rate, at the rate factor that makes it as large as another one:
 * the same factor gives other sizes with other options.
 * @returns what the run of that factor cost
 */
export async function peerTubeProxyOfSize(
  bench: Bench,
  file: string,
  output: string,
  size: Size,
  bound: string[],
  bytes: number,
): Promise<CommandCost> {
  let crf = FIRST_CRF
  for (let n = 1; ; n++) {
    const rate = ['-crf', crf.toFixed(2), ...bound]
    const cost = await ffmpeg(bench, peerTubeProxy(file, output, size, rate))
    const excess = Math.log((await stat(`${output}.mp4`)).size / bytes)
    if (Math.abs(excess) <= SAME_SIZE || n === MOST_RUNS) return cost
    crf += excess / SHRINKING
  }
}

/** @param rate options in place of PeerTube's own choice of rate and quality */
export function peerTubeProxy(
  file: string,
  output: string,
  { width, height }: Size,
  rate?: string[],
): string[] {
  const bitRate = peerTubeRate(width, height)
  return [
    ...['-i', file, '-acodec', 'aac', '-vcodec', 'libx264', '-f', 'mp4'],
    ...['-movflags', 'faststart', '-max_muxing_queue_size', '1024', '-map_metadata', '-1'],
    ...['-pix_fmt', 'yuv420p', '-vf', `scale=w=-2:h=${height}`, '-preset', 'veryfast'],
    ...(rate ?? ['-maxrate:v', `${bitRate}`, '-bufsize:v', `${2 * bitRate}`]),
    ...['-b_strategy', '1', '-bf', '16', '-r', '30', '-g:v', '60'],
    ...PEERTUBE_HLS(output),
  ]
}

/** Immich's one command (server/src/utils/media.ts), at the height of our proxy. */
export const immichProxy = (file: string, output: string, { height }: Size): string[] => [
  ...['-i', file, '-c:v', 'h264', '-c:a', 'aac', '-movflags', 'faststart'],
  ...['-fps_mode', 'passthrough', '-map', '0:0', '-map_metadata', '-1', '-map', '0:1'],
  ...['-vf', `scale=-2:${height}`, '-preset', 'ultrafast', '-crf', '23', output],
]
