import type { Container } from '../description.ts'

/**
 * What ffmpeg and ffprobe may do with a recording, as input options. Recordings are hostile until
 * shown otherwise; each line stops an attack that was reproduced.
 */

/** 4096 × 2304 and a little more: what a body-worn camera can record. */
export const MAX_PIXELS = 12_000_000
/** Tracks beyond these are not looked at. */
const MAX_STREAMS = 16
/** One allocation of ffmpeg: sample tables that declare millions of entries fail instead. */
const MAX_ALLOCATION_BYTES = 128 * 1024 * 1024
/** How much is read to find out what the tracks are. */
const PROBE_BYTES = 5_000_000
const PROBE_MICROSECONDS = 5_000_000
/**
 * The same where a transport stream names a track that has not begun by then. Body-worn cameras keep
 * up to two minutes from before they were switched on, and of those the picture alone.
 */
const FAR_PROBE_BYTES = 128 * 1024 * 1024
const FAR_PROBE_MICROSECONDS = 130_000_000

/** Decoders that cameras need. No playlist and no drawing format is among them. */
export const VIDEO_CODECS = [
  'h264',
  'hevc',
  'mpeg4',
  'mjpeg',
  'mpeg1video',
  'mpeg2video',
  'h263',
  'vp8',
  'vp9',
  'av1',
  'msmpeg4v2',
  'msmpeg4v3',
] as const
export const AUDIO_CODECS = [
  'aac',
  'mp3',
  'mp3float',
  'mp2',
  'mp2float',
  'ac3',
  'eac3',
  'opus',
  'libopus',
  'vorbis',
  'flac',
  'alac',
  'amr_nb',
  'amrnb',
  'amr_wb',
  'amrwb',
  'pcm_alaw',
  'pcm_mulaw',
  'pcm_s16le',
  'pcm_s16be',
  'pcm_s24le',
  'pcm_s24be',
  'pcm_s32le',
  'pcm_s32be',
  'pcm_f32le',
  'pcm_f32be',
  'pcm_u8',
  'adpcm_ima_wav',
  'adpcm_ima_qt',
  'adpcm_ms',
] as const
/** Text that cameras write beside the picture, such as positions. It is never decoded. */
const TEXT_CODECS = ['mov_text', 'subrip', 'srt', 'text', 'ass', 'ssa', 'webvtt']
/** Decoders by their own names, where these differ from the codec's. */
const DECODER_NAMES = ['libdav1d', 'libvpx', 'libvpx-vp9', 'libaom-av1']

const ALLOWED_CODECS = [...VIDEO_CODECS, ...AUDIO_CODECS, ...TEXT_CODECS, ...DECODER_NAMES]

/**
 * Options that go before `-i` of every recording.
 * @param far whether its sound begins so late that only reading far tells what it is
 */
export const inputGuards = (container: Container, far = false): string[] => [
  ...['-protocol_whitelist', 'http,tcp'],
  ...['-format_whitelist', container],
  ...['-codec_whitelist', ALLOWED_CODECS.join(',')],
  ...['-max_streams', `${MAX_STREAMS}`],
  ...['-max_pixels', `${MAX_PIXELS}`],
  ...['-probesize', `${far ? FAR_PROBE_BYTES : PROBE_BYTES}`],
  ...['-analyzeduration', `${far ? FAR_PROBE_MICROSECONDS : PROBE_MICROSECONDS}`],
  // Evidence is shown whole: an edit list could hide pictures. Its shift is applied by the plan.
  ...(container === 'mov' ? ['-ignore_editlist', '1'] : []),
  // Else all fragments of a movie are visited before the first picture is given.
  ...(container === 'mov' ? ['-fflags', '+ignidx'] : []),
  ...['-f', container],
]

/**
 * For a recording that is served in windows (see `serveRanges`): ffmpeg goes on where an answer
 * ended. A source that fails is noticed by the proxy, never by ffmpeg, which need not wait for it.
 */
export const windowedReading = (): string[] => ['-reconnect', '1', '-reconnect_delay_max', '0']

/** Options that hold for the whole program. */
export const programGuards = (): string[] => [
  ...['-hide_banner', '-loglevel', 'error'],
  ...['-max_alloc', `${MAX_ALLOCATION_BYTES}`],
]
