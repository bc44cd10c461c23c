import { z } from 'zod'
import { elementsIn, readUnsigned } from './ebml.ts'
import { NoteGivenUp } from './feed.ts'

/** Elements of RFC 9559 §5.1.4. */
const TRACK_ENTRY = 0xae
const TRACK_NUMBER = 0xd7
const TRACK_TYPE = 0x83
const CODEC_ID = 0x86
const CODEC_PRIVATE = 0x63a2
const CODEC_DELAY = 0x56aa
const DEFAULT_DURATION = 0x23e383
const TRACK_TIMESTAMP_SCALE = 0x23314f
const CONTENT_ENCODINGS = 0x6d80
const VIDEO = 1
const AUDIO = 2

export const matroskaTracksSchema = z.object({
  video: z.object({
    number: z.int(),
    codec: z.enum(['h264', 'hevc']),
    /** Bytes of the length before each NAL unit. */
    lengthBytes: z.int(),
    defaultNanoseconds: z.int().nullable(),
  }),
  audio: z
    .object({
      number: z.int(),
      delayNanoseconds: z.int(),
      defaultNanoseconds: z.int().nullable(),
    })
    .nullable(),
})
export type MatroskaTracks = z.infer<typeof matroskaTracksSchema>

/**
 * The one picture track and the one sound track, from the content of a `Tracks` element.
 * @throws NoteGivenUp where it is not clear which are rendered, or how they are to be read
 */
export function readMatroskaTracks(body: Buffer): MatroskaTracks {
  const entries = [...elementsIn(body)]
    .filter(({ id }) => id === TRACK_ENTRY)
    .map((entry) => readEntry(entry.body))
  const [video, ...moreVideo] = entries.filter(({ type }) => type === VIDEO)
  const [audio, ...moreAudio] = entries.filter(({ type }) => type === AUDIO)
  if (!video || moreVideo.length + moreAudio.length > 0)
    throw new NoteGivenUp('Not one picture track and at most one of sound.')
  const { number, defaultNanoseconds } = video
  return {
    video: { number, ...nalFormat(video), defaultNanoseconds },
    audio: audio
      ? {
          number: audio.number,
          delayNanoseconds: audio.delayNanoseconds,
          defaultNanoseconds: audio.defaultNanoseconds,
        }
      : null,
  }
}

function readEntry(body: Buffer) {
  const fields = new Map([...elementsIn(body)].map((element) => [element.id, element.body]))
  const number = (id: number) => {
    const field = fields.get(id)
    return field ? readUnsigned(field) : null
  }
  if (fields.has(CONTENT_ENCODINGS)) throw new NoteGivenUp('A track that is packed or encrypted.')
  if (fields.has(TRACK_TIMESTAMP_SCALE)) throw new NoteGivenUp('A track with a clock of its own.')
  return {
    number: number(TRACK_NUMBER) ?? 0,
    type: number(TRACK_TYPE),
    codec: fields.get(CODEC_ID)?.toString('latin1').replace(/\0+$/, '') ?? '',
    configuration: fields.get(CODEC_PRIVATE) ?? Buffer.alloc(0),
    delayNanoseconds: number(CODEC_DELAY) ?? 0,
    defaultNanoseconds: number(DEFAULT_DURATION),
  }
}

/** From the configuration records of ISO/IEC 14496-15 §5.3.3 and §8.3.3. */
function nalFormat({ codec, configuration }: ReturnType<typeof readEntry>): {
  codec: 'h264' | 'hevc'
  lengthBytes: number
} {
  const lengthAt = { 'V_MPEG4/ISO/AVC': 4, 'V_MPEGH/ISO/HEVC': 21 }[codec]
  const length = lengthAt === undefined ? undefined : configuration[lengthAt]
  if (length === undefined || configuration[0] !== 1)
    throw new NoteGivenUp('Pictures whose coding is not looked into.')
  return { codec: lengthAt === 4 ? 'h264' : 'hevc', lengthBytes: (length & 3) + 1 }
}
