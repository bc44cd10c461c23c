import {
  type AudioDescription,
  type Container,
  damaged,
  type MediaDescription,
  mediaDescriptionSchema,
  type Unplayable,
  unplayable,
} from '../description.ts'
import { ENCRYPTED, type LeftOutTrack } from '../left-out.ts'
import { AUDIO_CODECS, MAX_PIXELS, VIDEO_CODECS } from '../running/guards.ts'
import { type FfprobeAnswer, type FfprobeStream, refusedSize } from './ask-ffprobe.ts'

/**
 * Chooses the tracks to render, the first picture and the first sound that may be decoded, and puts
 * them into our own words. What else there is, is named as left out. Pure.
 */
export function chooseTracks(
  answer: FfprobeAnswer,
  container: Container,
  sizeBytes: number,
): { playable: true; media: MediaDescription } | Unplayable {
  const { streams, refused, far } = answer
  const pictures = streams.filter((stream) => kindOf(stream) === 'picture')
  const decodable = pictures.filter(({ index }) => !refused.has(index))
  const video = decodable.find(({ width, height }) => width && height) ?? decodable[0]
  if (!video) {
    const coded = pictures.map(({ index }) => refused.get(index))[0]
    return coded === undefined
      ? unplayable('no-video', 'It has no picture track.')
      : unplayable(
          'unsupported-codec',
          coded === ENCRYPTED ? 'Its picture is encrypted.' : `Its picture is coded as ${coded}.`,
        )
  }
  const codec = video.codec_name ?? 'unknown'
  if (!isAmong(VIDEO_CODECS, codec))
    return unplayable('unsupported-codec', `Its picture is coded as ${codec}.`)
  const { width = 0, height = 0 } = video
  if (width * height > MAX_PIXELS)
    return unplayable('too-large-picture', `A picture has ${width} × ${height} pixels.`)
  if (!width || !height || !video.time_base)
    return refusedSize(answer.log) ?? damaged('Its picture track has no size.')
  const audio = streams.flatMap((stream) => soundOf(stream, far) ?? [])[0] ?? null
  return {
    playable: true,
    media: mediaDescriptionSchema.parse({
      container,
      sizeBytes,
      declaredSeconds: Math.max(0, answer.format.duration ?? 0),
      video: {
        stream: video.index,
        codec,
        profile: video.profile ?? null,
        pixelFormat: video.pix_fmt ?? 'unknown',
        width,
        height,
        sampleAspectRatio: video.sample_aspect_ratio ?? [1, 1],
        rotation: clockwise(video.side_data_list?.find((data) => data.rotation)?.rotation ?? 0),
        frameRate: video.avg_frame_rate ? video.avg_frame_rate[0] / video.avg_frame_rate[1] : 0,
        timeBase: video.time_base,
        reorderedPictures: video.has_b_frames ?? 0,
      },
      audio,
      leftOut: [
        ...streams
          .filter(({ index }) => index !== video.index && index !== audio?.stream)
          .map((stream) => leftOut(stream, refused)),
        ...[...refused]
          .filter(([stream]) => !streams.some(({ index }) => index === stream))
          .map(cover),
      ],
    }),
  }
}

/** The track as sound that can be rendered; null if it is none. */
function soundOf(stream: FfprobeStream, beginsLate: boolean): AudioDescription | null {
  const { index, codec_name: codec, sample_rate: sampleRate, channels, time_base } = stream
  if (kindOf(stream) !== 'sound' || !codec || !sampleRate || !channels) return null
  if (!isAmong(AUDIO_CODECS, codec)) return null
  const timeBase = time_base ?? [1, sampleRate]
  return { stream: index, codec, sampleRate, channels, timeBase, beginsLate }
}

function leftOut(stream: FfprobeStream, refused: FfprobeAnswer['refused']): LeftOutTrack {
  const { index, codec_name: name, codec_tag_string: tag } = stream
  const decoder = refused.get(index)
  return {
    stream: index,
    kind: kindOf(stream),
    codec: decoder ?? [name, tag].find((each) => each !== undefined && isTelling(each)) ?? null,
    refused: decoder !== undefined,
  }
}

/** Masked, the cover of a movie is no stream any more: it lies in its metadata. */
const cover = ([stream, codec]: [number, string]): LeftOutTrack => ({
  ...{ stream, kind: 'cover', codec, refused: true },
})

/** What says nothing: codecs that ffmpeg has no name for, and codes that are not made of letters. */
const isTelling = (name: string): boolean =>
  /^\w+$/.test(name) && !['unknown', 'none', 'bin_data'].includes(name)

function kindOf({ codec_type: type, disposition }: FfprobeStream): LeftOutTrack['kind'] {
  switch (type) {
    case 'video':
      return disposition?.attached_pic ? 'cover' : 'picture'
    case 'audio':
      return 'sound'
    case 'subtitle':
      return 'text'
    case 'data':
      return 'data'
    default:
      return 'other'
  }
}

/** ffprobe tells the counter-clockwise turn, -180 … 180, that undoes the display matrix. */
const clockwise = (rotation: number): number => {
  const turn = ((Math.round(-rotation / 90) * 90) % 360) + 360
  return turn % 360
}

const isAmong = (list: readonly string[], codec: string): boolean => list.includes(codec)
