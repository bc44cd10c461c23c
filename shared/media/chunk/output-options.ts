import type { RenditionPlan } from '../plan.ts'
import { SEGMENT_SECONDS } from '../segments.ts'
import { type ChunkTimes, seconds } from './chunk-times.ts'
import { comparedFormOptions } from './descent.ts'

/**
 * The picture is looked at once, when it is encoded, and not before: three pictures of four are B,
 * none is searched for cuts or fades. `aq-mode 2` gives back more than that takes. With `superfast`
 * half the work of `veryfast` at the same size, measured in README.md.
 */
const PROXY_SHORTCUTS = [
  ...['-aq-mode', '2', '-b_strategy', '0', '-sc_threshold', '0', '-weightp', '0'],
]

/**
 * The sound of a rendition, encoded or copied. AAC in a transport stream carries headers that MP4
 * does not; elsewhere the filter does nothing.
 */
export const soundOptions = (plan: RenditionPlan, label: string, bitRate: string): string[] => {
  if (!plan.audio || !plan.media.audio) return []
  if (plan.audio.method === 'encoded')
    return ['-map', `[${label}]`, '-c:a', 'aac', '-b:a', bitRate, '-threads:a', '1']
  const filter = plan.media.container === 'mov' ? [] : ['-bsf:a', 'aac_adtstoasc']
  return ['-map', `0:${plan.media.audio.stream}`, '-c:a', 'copy', ...filter]
}

/** Pictures as they are. `copyinkf`: what precedes the first keyframe of a recording belongs to it too. */
export const streamCopy = ({ media }: RenditionPlan): string[] => [
  ...['-c:v', 'copy', '-copyinkf:v'],
  ...(media.video.codec === 'hevc' ? ['-tag:v', 'hvc1'] : []),
]

/** The hash of each picture's packet as it lies in the recording, those that are copied and no others. */
export const hashesOfOriginal = ({ media }: RenditionPlan, { stop }: ChunkTimes): string[] => [
  ...['-map', `0:${media.video.stream}`, '-c:v', 'copy', '-copyinkf:v'],
  ...comparedFormOptions(media),
  ...['-to', seconds(stop), '-bitexact', '-f', 'framehash', '-hash', 'sha256'],
]

/** The proxy: at most 1 Mbit/s. */
export const proxyEncoder = (plan: RenditionPlan, times: ChunkTimes): string[] => [
  ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '31'],
  ...PROXY_SHORTCUTS,
  ...['-maxrate', '1M', '-bufsize', '2M'],
  ...encoderTiming(plan, times),
]

/** The full-quality rendition of what browsers cannot play as it is. */
export const fullEncoder = (plan: RenditionPlan, times: ChunkTimes): string[] => [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18'],
  // Few pictures in flight: at 3840 × 2160 each takes 44 MB.
  ...['-bf', '0', '-refs', '1', '-rc-lookahead', '4'],
  ...encoderTiming(plan, times),
]

/** Keyframes where segments begin, every picture at its own time. */
const encoderTiming = ({ media }: RenditionPlan, { slack }: ChunkTimes): string[] => [
  ...['-profile:v', 'high', '-threads:v', '1', '-g', '600'],
  // Here t counts from the first picture.
  ...['-force_key_frames', `expr:gte(t,n_forced*${SEGMENT_SECONDS}-${seconds(slack)})`],
  ...['-fps_mode', 'vfr', '-enc_time_base:v', media.video.timeBase.join(':')],
]

/** A stream of small fragments with absolute times; nothing of the recording's metadata. */
export const fragmentedMp4 = ({ media }: RenditionPlan, { stop }: ChunkTimes): string[] => [
  ...['-to', seconds(stop)],
  ...['-map_metadata', '-1', '-map_chapters', '-1', '-bitexact'],
  ...['-avoid_negative_ts', 'disabled'],
  ...['-max_muxing_queue_size', '4096'],
  ...['-video_track_timescale', `${media.video.timeBase[1]}`],
  ...['-use_editlist', '0', '-frag_duration', '1000000'],
  ...['-movflags', '+frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer'],
  ...['-f', 'mp4'],
]
