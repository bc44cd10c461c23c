import { z } from 'zod'
import { rationalSchema } from '../description.ts'
import { NoteGivenUp } from './feed.ts'
import type { NotedCodec } from './random-access.ts'

const CHUNK_HEADER_BYTES = 8
const LIST_HEADER_BYTES = 12
const MAX_TRACKS = 16
/** Of `BITMAPINFOHEADER`; what a codec needs to know follows it. */
const FORMAT_BYTES = 40
/** What begins later than this begins at 0 to ffmpeg. */
const LATEST_START_SECONDS = 3600

/** `biCompression` of the codecs whose keyframes are told apart here. */
const CODECS: ReadonlyMap<string, AviCodec> = new Map([
  ...['H264', 'h264', 'X264', 'x264', 'DAVC', 'avc1', 'AVC1'].map((tag) => [tag, 'h264'] as const),
  ...['HEVC', 'H265', 'hevc', 'hvc1', 'hev1'].map((tag) => [tag, 'hevc'] as const),
  ...['FMP4', 'DIVX', 'DX50', 'XVID', 'MP4S', 'M4S2', 'mp4v', 'MP4V', 'xvid'].map(
    (tag) => [tag, 'mpeg4'] as const,
  ),
  ...['MJPG', 'mjpg'].map((tag) => [tag, 'mjpeg'] as const),
])
/** `mjpeg`: each picture is a keyframe. */
type AviCodec = NotedCodec | 'mjpeg'

const clockSchema = z.object({
  /** As in the numbers of its chunks, `01wb`. */
  number: z.int().nonnegative(),
  timeBase: rationalSchema,
  /** When its first chunk begins, in ticks. */
  start: z.int().nonnegative(),
})

/** The tracks of an AVI file, and how their times follow from the numbers of their chunks. */
export const aviTracksSchema = z.object({
  video: clockSchema.extend({
    codec: z.enum(['h264', 'hevc', 'mpeg4', 'mjpeg']),
    /** How many pictures it says it has; 0 where recording was never ended. */
    declared: z.int().nonnegative(),
  }),
  audio: clockSchema
    .extend({
      /** A chunk lasts a tick for each of these; 0: chunks last as `blockBytes` says. */
      sampleBytes: z.int().nonnegative(),
      /** A chunk lasts a tick for each of these that it begins; 0: one tick. */
      blockBytes: z.int().nonnegative(),
    })
    .nullable(),
})
export type AviTracks = z.infer<typeof aviTracksSchema>

/**
 * The one picture track and the one sound track of an AVI file, from the content of its `hdrl` list
 * (Microsoft, "AVI RIFF File Reference": `AVISTREAMHEADER`, `BITMAPINFOHEADER`, `WAVEFORMATEX`).
 * @throws NoteGivenUp where it is not clear which are rendered, or how they are to be read
 */
export function readAviTracks(hdrl: Buffer): AviTracks {
  const streams = [...riffChunksIn(hdrl)].filter(({ list }) => list === 'strl')
  if (streams.length > MAX_TRACKS) throw new NoteGivenUp(`More than ${MAX_TRACKS} tracks.`)
  const tracks = streams.map(({ body }, number) => readStream(body, number))
  const [video, ...moreVideo] = tracks.filter(({ kind }) => kind === 'vids')
  const [audio, ...moreAudio] = tracks.filter(({ kind }) => kind === 'auds')
  if (!video || moreVideo.length + moreAudio.length > 0)
    throw new NoteGivenUp('Not one picture track and at most one of sound.')
  const codec = CODECS.get(video.format.toString('latin1', 16, 20))
  // A configuration record (ISO/IEC 14496-15 §5.3.3) goes with lengths before NAL units, some of
  // which look like start codes.
  if (!codec || (codec !== 'mpeg4' && video.format[FORMAT_BYTES] === 1))
    throw new NoteGivenUp('Pictures whose coding is not looked into.')
  return {
    // `dwLength`
    video: { ...clockOf(video), codec, declared: video.header.readUInt32LE(32) },
    audio: audio ? { ...clockOf(audio), ...soundRule(audio) } : null,
  }
}

/** The chunks inside a piece of memory; `list`: what kind of list, where it is one. */
function* riffChunksIn(bytes: Buffer): Generator<{ id: string; list: string; body: Buffer }> {
  for (let at = 0; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const id = bytes.toString('latin1', at, at + 4)
    const size = bytes.readUInt32LE(at + 4)
    const end = at + CHUNK_HEADER_BYTES + size
    if (end > bytes.length) throw new NoteGivenUp('A chunk beyond the list around it.')
    const isList = id === 'LIST' && size >= 4
    yield {
      id,
      list: isList ? bytes.toString('latin1', at + CHUNK_HEADER_BYTES, at + LIST_HEADER_BYTES) : '',
      body: bytes.subarray(at + (isList ? LIST_HEADER_BYTES : CHUNK_HEADER_BYTES), end),
    }
    at = end + (size & 1)
  }
}

type Stream = { number: number; kind: string; header: Buffer; format: Buffer }

function readStream(strl: Buffer, number: number): Stream {
  const chunks = new Map([...riffChunksIn(strl)].map(({ id, body }) => [id, body]))
  const [header, format] = [chunks.get('strh'), chunks.get('strf')]
  if (!header || header.length < 48 || !format || format.length < 14)
    throw new NoteGivenUp('A track that is not described.')
  return { number, kind: header.toString('latin1', 0, 4), header, format }
}

/** `dwScale`, `dwRate`, `dwStart`. */
function clockOf({ number, header }: Stream): z.infer<typeof clockSchema> {
  const [scale, rate, start] = [20, 24, 28].map((at) => header.readUInt32LE(at))
  if (!scale || !rate) throw new NoteGivenUp('A track without a clock.')
  const late = (start ?? 0) * scale > LATEST_START_SECONDS * rate
  return { number, timeBase: [scale, rate], start: late ? 0 : (start ?? 0) }
}

/** `dwSampleSize` and `nBlockAlign`; where they differ, ffmpeg believes the latter. */
function soundRule({ header, format }: Stream): { sampleBytes: number; blockBytes: number } {
  const blockBytes = format.readUInt16LE(12)
  const sampleBytes = header.readUInt32LE(44)
  return { sampleBytes: sampleBytes && (blockBytes || sampleBytes), blockBytes }
}
