import { keyframesAlone } from '../keyframe-decoding.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import type { PipeReader } from '../running/child-process.ts'
import type { FfmpegCommand, FfmpegOutput } from '../running/ffmpeg.ts'
import { inputGuards, windowedReading } from '../running/guards.ts'
import { chunkTimes, SHIFT_SECONDS } from './chunk-times.ts'
import { soundGraph } from './encoded-sound.ts'
import {
  fragmentedMp4,
  fullEncoder,
  hashesOfOriginal,
  proxyEncoder,
  soundOptions,
  streamCopy,
} from './output-options.ts'
import { fullFilter, pictureGraph, proxyFilter, storyboardFilter } from './picture-filters.ts'
import { seek } from './seek.ts'

/** What is to be made of a chunk. */
export type Wanted = { copy: boolean; proxy: boolean; storyboard: boolean }

/** Who reads what ffmpeg makes of it. */
export type ChunkReaders = Record<'copy' | 'proxy' | 'storyboard' | 'descent', PipeReader>

/**
 * The one run of ffmpeg that makes everything wanted of a chunk with one reading and one decoding.
 * ffmpeg is asked for a little more than the chunk at both ends; what belongs to it is decided
 * exactly by who reads the output (`writeRendition`), on packets and not on times.
 */
export function chunkCommand(
  plan: RenditionPlan,
  chunk: ChunkPlan,
  wanted: Wanted,
  url: string,
  readers: ChunkReaders,
): FfmpegCommand {
  const times = chunkTimes(plan, chunk)
  const copyIsEncoded = plan.copy.video.method === 'encoded'
  const pictures: string[] = []
  if (wanted.proxy) pictures.push(`${proxyFilter(plan)}[proxy]`)
  if (wanted.copy && copyIsEncoded) pictures.push(`${fullFilter(plan)}[full]`)
  const decodesAll = pictures.length > 0
  if (wanted.storyboard) pictures.push(`${storyboardFilter(plan, times)}[storyboard]`)

  const sounds = [wanted.copy && 'copysound', wanted.proxy && 'proxysound'].filter(
    (l) => l !== false,
  )
  const graph = [
    ...pictureGraph(plan, times, pictures),
    ...(plan.audio?.method === 'encoded' ? soundGraph(plan, times, sounds) : []),
  ]
  const outputs: FfmpegOutput[] = []
  if (wanted.copy)
    outputs.push({
      options: [
        ...(copyIsEncoded
          ? ['-map', '[full]', ...fullEncoder(plan, times)]
          : ['-map', `0:${plan.media.video.stream}`, ...streamCopy(plan)]),
        ...soundOptions(plan, 'copysound', '128k'),
        ...fragmentedMp4(plan, times),
      ],
      read: readers.copy,
    })
  if (wanted.copy && !copyIsEncoded)
    outputs.push({ options: hashesOfOriginal(plan, times), read: readers.descent })
  if (wanted.proxy)
    outputs.push({
      options: [
        ...['-map', '[proxy]', ...proxyEncoder(plan, times)],
        ...soundOptions(plan, 'proxysound', '64k'),
        ...fragmentedMp4(plan, times),
      ],
      read: readers.proxy,
    })
  if (wanted.storyboard)
    outputs.push({
      options: [
        ...['-map', '[storyboard]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '5'],
        ...['-threads', '1', '-f', 'image2pipe'],
      ],
      read: readers.storyboard,
    })
  return {
    input: {
      url,
      options: [
        ...inputGuards(plan.media.container, plan.media.audio?.beginsLate),
        ...windowedReading(),
        ...['-copyts', '-itsoffset', `${SHIFT_SECONDS}`, '-threads', '1'],
        // Pictures that no other is predicted from need not be smoothed to be scaled down.
        ...(decodesAll && !copyIsEncoded ? ['-skip_loop_filter', 'noref'] : []),
        // A storyboard alone needs no more than the keyframes.
        ...(decodesAll || !wanted.storyboard ? [] : keyframesAlone(plan.media.video)),
        ...seek(plan, chunk, times),
      ],
    },
    filterGraph: graph.length > 0 ? graph.join(';') : null,
    outputs,
  }
}
