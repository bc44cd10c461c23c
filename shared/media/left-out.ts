import { z } from 'zod'

/**
 * A track of a recording that no rendition has. It is kept in the original as it was recorded.
 * - `picture`, `sound`: a further one, or one that is not decoded here
 * - `cover`: a still picture that stands for the recording
 * - `text`: subtitles, and what cameras write into them
 * - `data`: times, positions and the like
 * - `other`: nothing tells; in a transport stream, what is not decoded here
 */
export const leftOutTrackSchema = z.object({
  /** Index of the stream in the container, as ffmpeg counts. */
  stream: z.int().nonnegative(),
  kind: z.enum(['picture', 'sound', 'cover', 'text', 'data', 'other']),
  /** The name of its codec, else its four-character code, or `encrypted`; null if it has neither. */
  codec: z.string().nullable(),
  /** Whether its decoder is not among those that may run here. */
  refused: z.boolean(),
})
export type LeftOutTrack = z.infer<typeof leftOutTrackSchema>

/** Stands for the codec of a track that cannot be decoded without a key. */
export const ENCRYPTED = 'encrypted'

/** What a viewer must know of the tracks that are not played; null if there are none. */
export function noteOfLeftOut(
  tracks: readonly LeftOutTrack[],
  media: { audio: unknown },
): string | null {
  if (tracks.length === 0) return null
  const silenced = tracks.some(({ kind, refused }) => kind === 'sound' || refused)
  return [
    media.audio === null && silenced ? 'It plays without sound. ' : '',
    `Not played, but kept in the original: ${tracks.map(inWords).join('; ')}.`,
  ].join('')
}

const inWords = ({ stream, kind, codec, refused }: LeftOutTrack): string =>
  [
    `track ${stream + 1}, ${KINDS[kind]}`,
    codec === null || codec === ENCRYPTED ? '' : ` coded as ${codec}`,
    codec === ENCRYPTED ? ', which is encrypted' : refused ? ', which is not decoded here' : '',
  ].join('')

const KINDS = {
  picture: 'a picture',
  sound: 'sound',
  cover: 'a cover picture',
  text: 'text',
  data: 'data',
  other: 'of an unknown kind',
} as const
