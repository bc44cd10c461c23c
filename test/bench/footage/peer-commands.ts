import path from 'node:path'
import type { Bench } from '../harness/row.ts'
import { type CommandCost, total } from '../measure/command.ts'
import type { Rate } from './rate.ts'
import { ffmpeg } from './raw-commands.ts'

/** Of a proxy, in pixels. */
export type Size = { width: number; height: number }

/**
 * What PeerTube runs for a 1080p30 upload (packages/ffmpeg/src, its defaults written out), at the
 * height of our proxy. Its bit rate is 0.12 bits a pixel from 480 to 719 lines, by its own table.
 */
export function peerTubeRate({ width, height }: Size): Rate {
  const bitRate = Math.floor(width * height * 30 * 0.12)
  return { '-maxrate': `${bitRate}`, '-bufsize': `${2 * bitRate}` }
}

const PEERTUBE_HLS = (output: string): string[] => [
  ...['-hls_time', '4', '-hls_list_size', '0', '-hls_playlist_type', 'vod'],
  ...['-hls_segment_filename', `${output}.mp4`, '-hls_segment_type', 'fmp4'],
  ...['-f', 'hls', '-hls_flags', 'single_file', `${output}.m3u8`],
]

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

/** @param rate in place of PeerTube's own choice of rate and quality */
export function peerTubeProxy(
  file: string,
  output: string,
  size: Size,
  rate: Rate = peerTubeRate(size),
): string[] {
  return [
    ...['-i', file, '-acodec', 'aac', '-vcodec', 'libx264', '-f', 'mp4'],
    ...['-movflags', 'faststart', '-max_muxing_queue_size', '1024', '-map_metadata', '-1'],
    ...['-pix_fmt', 'yuv420p', '-vf', `scale=w=-2:h=${size.height}`, '-preset', 'veryfast'],
    ...Object.entries(rate).flat(),
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
