import { SHIFT_SECONDS } from '../chunk/chunk-times.ts'
import { keyframesAlone } from '../keyframe-decoding.ts'
import type { RenditionPlan } from '../plan.ts'
import type { FfmpegCommand } from '../running/ffmpeg.ts'
import { inputGuards, windowedReading } from '../running/guards.ts'
import type { PosterPicture } from './poster-pictures.ts'

/** Half a millisecond: keeps the rounding of times away from keyframes. */
const SLACK_SECONDS = 0.0005
/**
 * The description of the tracks is in the header: without this, pictures would be read and decoded
 * twice, once to find out what they are.
 */
const ALREADY_DESCRIBED = ['-nofind_stream_info']
/** A transport stream in which the place of a picture is not known is first looked into so far. */
const LOOK_AROUND = ['-probesize', '1000000']

export type Size = { width: number; height: number }

type Readers = Record<'jpeg' | 'grey', FfmpegCommand['outputs'][number]['read']>

/** How a keyframe becomes a poster, and a small grey picture by which it is judged. */
export function posterCommand(
  { media, zeroSeconds }: RenditionPlan,
  { at, stream, alone }: Omit<PosterPicture, 'source'>,
  url: string,
  sizes: { poster: Size; grey: Size },
  readers: Readers,
): FfmpegCommand {
  const keyframe = at + zeroSeconds.video
  // A seek may lead to the keyframe before.
  const trim = `trim=start=${(keyframe + SHIFT_SECONDS - SLACK_SECONDS).toFixed(6)},`
  const seek = [
    ...keyframesAlone(media.video),
    ...['-copyts', '-itsoffset', `${SHIFT_SECONDS}`, '-seek_timestamp', '1'],
    ...['-noaccurate_seek', '-ss', (keyframe + SLACK_SECONDS).toFixed(6)],
  ]
  const scale = ({ width, height }: Size) => `scale=${width}:${height},setsar=1`
  return {
    input: {
      url,
      options: [
        ...inputGuards(media.container),
        ...windowedReading(),
        ...['-threads', '1'],
        ...(alone || media.container !== 'mpegts' ? ALREADY_DESCRIBED : LOOK_AROUND),
        ...(alone ? [] : seek),
      ],
    },
    filterGraph: [
      `[0:${stream}]${alone ? '' : trim}split=2[a][b]`,
      `[a]${scale(sizes.poster)},format=yuvj420p[poster]`,
      `[b]${scale(sizes.grey)},format=gray[grey]`,
    ].join(';'),
    outputs: [
      {
        options: [
          ...['-map', '[poster]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '3'],
          ...['-map_metadata', '-1', '-f', 'image2pipe'],
        ],
        read: readers.jpeg,
      },
      {
        options: ['-map', '[grey]', '-frames:v', '1', '-f', 'rawvideo'],
        read: readers.grey,
      },
    ],
  }
}
