import type { Container } from '../description.ts'
import { keyframesAlone } from '../keyframe-decoding.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import type { PipeReader } from '../running/child-process.ts'
import type { FfmpegCommand, FfmpegOutput } from '../running/ffmpeg.ts'
import { inputGuards, windowedReading } from '../running/guards.ts'
import { SEGMENT_SECONDS } from '../segments.ts'
import { comparedFormOptions } from './descent.ts'

/** What is to be made of a chunk. */
export type Wanted = { copy: boolean; proxy: boolean; storyboard: boolean }

/** Who reads what ffmpeg makes of it. */
export type ChunkReaders = Record<'copy' | 'proxy' | 'storyboard' | 'descent', PipeReader>

/**
 * Added to every timestamp on ffmpeg's way in and taken off again by `writeRendition`: filters and
 * muxers do not bear negative times. Whole seconds are exact in every time base.
 */
export const SHIFT_SECONDS = 60
/** Samples of an AAC frame (ISO/IEC 14496-3): encoded sound lies on a grid of these. */
export const AAC_FRAME_SAMPLES = 1024
/** Frames encoded before a chunk's own and dropped, so that the encoder is in full swing. */
const PREROLL_FRAMES = 4
/** Read beyond the end of a chunk at least: sound that encoders take in before they give it out. */
const SOUND_MARGIN_SECONDS = 0.4
/** And at most, however slowly pictures follow each other. */
const MAX_MARGIN_SECONDS = 2
/** How much further than on average two pictures may be apart. */
const SLOWEST_TO_AVERAGE = 4
/** Beyond the planned end of the last chunk nothing is rendered, whatever timestamps say. */
const LAST_CHUNK_MARGIN_SECONDS = 30
/**
 * Where a demuxer finds positions by time alone, or places sound loosely, it is sent this much
 * before the keyframe.
 */
const SEEK_LEAD_SECONDS: Record<Container, number> = { mov: 0, matroska: 0, avi: 0.5, mpegts: 1.5 }
/** Less work than ffmpeg's own choice, bicubic, at equal SSIM and 2 % fewer bytes. */
const PROXY_SCALER = 'bilinear'
/**
 * The picture is looked at once, when it is encoded, and not before: three pictures of four are B,
 * none is searched for cuts or fades. `aq-mode 2` gives back more than that takes. With `superfast`
 * half the work of `veryfast` at the same size, measured in README.md.
 */
const PROXY_SHORTCUTS = [
  ...['-aq-mode', '2', '-b_strategy', '0', '-sc_threshold', '0', '-weightp', '0'],
]
const AAC_SAMPLE_RATES = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000]

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
        ...inputGuards(plan.media.container),
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

/** Borders of a chunk in the demuxer's seconds, shifted. */
type ChunkTimes = {
  /** First picture, and first moment that is no longer in it (null: to the end). */
  start: number
  end: number | null
  /** Smaller than the distance of two pictures: keeps rounding away from the borders. */
  slack: number
  /** Nothing after this is needed of any track. */
  stop: number
}

function chunkTimes(plan: RenditionPlan, chunk: ChunkPlan): ChunkTimes {
  const video = plan.zeroSeconds.video + SHIFT_SECONDS
  const audio = plan.zeroSeconds.audio + SHIFT_SECONDS
  const shownEnd = chunk.startSeconds + chunk.durationSeconds
  const margin = chunk.endPts === null ? LAST_CHUNK_MARGIN_SECONDS : marginSeconds(plan)
  return {
    start: chunk.startSeconds + video,
    end: chunk.endPts === null && plan.truncatedAtSeconds === null ? null : shownEnd + video,
    slack: Math.min(0.001, 0.25 / (plan.media.video.frameRate || 30)),
    stop: shownEnd + Math.max(video, audio) + margin,
  }
}

/** Beyond the end come the next keyframe and the pictures that are decoded after it and shown before. */
const marginSeconds = ({ media: { video } }: RenditionPlan): number =>
  Math.min(
    MAX_MARGIN_SECONDS,
    SOUND_MARGIN_SECONDS +
      (SLOWEST_TO_AVERAGE * (video.reorderedPictures + 1)) / (video.frameRate || 30),
  )

const seconds = (value: number): string => value.toFixed(6)

function seek(plan: RenditionPlan, chunk: ChunkPlan, { start, slack }: ChunkTimes): string[] {
  if (chunk.startPts === null) return []
  // The 33-bit clock (ISO/IEC 13818-1 §2.4.3.7) began anew during the recording: no seek by time
  // finds its way, so it is read from the beginning.
  if (plan.media.container === 'mpegts' && plan.zeroSeconds.video < 0) return []
  const { sampleRate = 48_000 } = plan.media.audio ?? {}
  const preroll =
    plan.audio?.method === 'encoded'
      ? ((PREROLL_FRAMES + 2) * AAC_FRAME_SAMPLES) / sampleRate + 0.1
      : 0
  const lead = SEEK_LEAD_SECONDS[plan.media.container] + plan.soundLeadSeconds + preroll
  return [
    '-seek_timestamp',
    '1',
    '-noaccurate_seek',
    '-ss',
    seconds(start - SHIFT_SECONDS + slack - lead),
  ]
}

function pictureGraph(plan: RenditionPlan, times: ChunkTimes, pictures: string[]): string[] {
  if (pictures.length === 0) return []
  const end = times.end === null ? times.stop : times.end - times.slack
  const trim = `trim=start=${seconds(times.start - times.slack)}:end=${seconds(end)}`
  const labels = pictures.map((_, n) => `[p${n}]`).join('')
  return [
    `[0:${plan.media.video.stream}]${trim},split=${pictures.length}${labels}`,
    ...pictures.map((filter, n) => `[p${n}]${filter}`),
  ]
}

const proxyFilter = ({ proxy }: RenditionPlan): string =>
  [
    ...(proxy.limitFrameRate
      ? ["select='isnan(prev_selected_t)+gte(t-prev_selected_t,0.031)'"]
      : []),
    `scale=${proxy.width}:${proxy.height}:flags=${PROXY_SCALER}`,
    'setsar=1',
    'format=yuv420p',
  ].join(',')

const fullFilter = ({ copy }: RenditionPlan): string =>
  `scale=${copy.width}:${copy.height},setsar=1,format=yuv420p`

const storyboardFilter = ({ storyboard }: RenditionPlan, times: ChunkTimes): string => {
  const { intervalSeconds, tileWidth, tileHeight, columns } = storyboard
  const shown = (times.end ?? times.stop) - times.start
  const rows = Math.max(1, Math.ceil(shown / intervalSeconds / columns))
  return [
    // Each tile is the picture on view at its moment: the last one at or before it. Counted from
    // the chunk's start, or a chunk of one picture would end before its first tile.
    `setpts=PTS-${seconds(times.start)}/TB`,
    `fps=1/${intervalSeconds}:start_time=0:round=up`,
    `scale=${tileWidth}:${tileHeight}`,
    'setsar=1',
    'format=yuvj420p',
    `tile=${columns}x${rows}`,
  ].join(',')
}

/** Sound on one grid for all chunks: gaps and a late start become silence, so that joins fit. */
function soundGraph(plan: RenditionPlan, times: ChunkTimes, labels: string[]): string[] {
  const { audio } = plan.media
  if (!audio || labels.length === 0) return []
  const rate = encodedSampleRate(plan)
  const shift = plan.zeroSeconds.audio - plan.zeroSeconds.video
  const frame = (at: number) => Math.floor(((at + shift) * rate) / AAC_FRAME_SAMPLES)
  const first = (frame(times.start) - PREROLL_FRAMES) * AAC_FRAME_SAMPLES
  const end = (frame(times.end ?? plannedEnd(plan)) + PREROLL_FRAMES) * AAC_FRAME_SAMPLES
  return [
    [
      `[0:${audio.stream}]aresample=${rate}`,
      // Apart from the change of rate: first_pts counts samples that go in.
      `aresample=async=1:first_pts=${first}`,
      'apad',
      `atrim=end_pts=${end}`,
      `aformat=channel_layouts=${audio.channels > 1 ? 'stereo' : 'mono'}`,
      // Where no sound is left, silence comes in larger pieces than the encoder takes.
      `asetnsamples=n=${AAC_FRAME_SAMPLES}:p=0`,
      `asplit=${labels.length}${labels.map((label) => `[${label}]`).join('')}`,
    ].join(','),
  ]
}

const plannedEnd = (plan: RenditionPlan): number =>
  plan.durationSeconds + plan.zeroSeconds.video + SHIFT_SECONDS

const encodedSampleRate = (plan: RenditionPlan): number => {
  const { sampleRate = 48_000 } = plan.media.audio ?? {}
  return AAC_SAMPLE_RATES.includes(sampleRate) ? sampleRate : 48_000
}

/** AAC in a transport stream carries headers that MP4 does not; elsewhere the filter does nothing. */
const soundOptions = (plan: RenditionPlan, label: string, bitRate: string): string[] => {
  if (!plan.audio || !plan.media.audio) return []
  if (plan.audio.method === 'encoded')
    return ['-map', `[${label}]`, '-c:a', 'aac', '-b:a', bitRate, '-threads:a', '1']
  const filter = plan.media.container === 'mov' ? [] : ['-bsf:a', 'aac_adtstoasc']
  return ['-map', `0:${plan.media.audio.stream}`, '-c:a', 'copy', ...filter]
}

/** `copyinkf`: what precedes the first keyframe of a recording belongs to it too. */
const streamCopy = ({ media }: RenditionPlan): string[] => [
  ...['-c:v', 'copy', '-copyinkf:v'],
  ...(media.video.codec === 'hevc' ? ['-tag:v', 'hvc1'] : []),
]

/** The hash of each picture's packet as it lies in the recording, those that are copied and no others. */
const hashesOfOriginal = ({ media }: RenditionPlan, { stop }: ChunkTimes): string[] => [
  ...['-map', `0:${media.video.stream}`, '-c:v', 'copy', '-copyinkf:v'],
  ...comparedFormOptions(media),
  ...['-to', seconds(stop), '-bitexact', '-f', 'framehash', '-hash', 'sha256'],
]

const proxyEncoder = (plan: RenditionPlan, times: ChunkTimes): string[] => [
  ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '31'],
  ...PROXY_SHORTCUTS,
  ...['-maxrate', '1M', '-bufsize', '2M'],
  ...encoderTiming(plan, times),
]

const fullEncoder = (plan: RenditionPlan, times: ChunkTimes): string[] => [
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
const fragmentedMp4 = ({ media }: RenditionPlan, { stop }: ChunkTimes): string[] => [
  ...['-to', seconds(stop)],
  ...['-map_metadata', '-1', '-map_chapters', '-1', '-bitexact'],
  ...['-avoid_negative_ts', 'disabled'],
  ...['-max_muxing_queue_size', '4096'],
  ...['-video_track_timescale', `${media.video.timeBase[1]}`],
  ...['-use_editlist', '0', '-frag_duration', '1000000'],
  ...['-movflags', '+frag_keyframe+delay_moov+default_base_moof+frag_discont+skip_trailer'],
  ...['-f', 'mp4'],
]
