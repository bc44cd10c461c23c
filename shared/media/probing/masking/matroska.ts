import { elementsIn, readUnsigned } from '../../noting/ebml.ts'
import { NoteGivenUp } from '../../noting/feed.ts'
import { EBML, SEGMENT, TRACKS } from '../../noting/matroska-elements.ts'
import { headElements } from '../../noting/matroska-head.ts'
import { type FootageSource, readBytes, type Span } from '../../source.ts'

/** Elements of RFC 9559 §5.1. */
const TRACK_ENTRY = 0xae
const TRACK_TYPE = 0x83
const CODEC_ID = 0x86
/** Picture, sound, text and metadata: of other types ffmpeg makes no stream. */
const STREAM_TYPES = [1, 2, 0x11, 0x21]
/** More than 16 tracks with their configurations take. */
const MAX_TRACKS_BYTES = 4 * 1024 * 1024

/** Changes the codec id (§5.1.4.1.21) of a track to one that means nothing. */
export async function maskMatroskaTrack(
  source: FootageSource,
  stream: number,
  signal: AbortSignal,
): Promise<Span | null> {
  try {
    const tracks = await findTracks(source, signal)
    if (!tracks) return null
    const codecs = [...elementsIn(tracks.body)]
      .filter(({ id }) => id === TRACK_ENTRY)
      .flatMap((entry) => {
        const fields = new Map([...elementsIn(entry.body)].map(({ id, body }) => [id, body]))
        const [type, codec] = [fields.get(TRACK_TYPE), fields.get(CODEC_ID)]
        return type && codec && STREAM_TYPES.includes(readUnsigned(type)) ? codec : []
      })
    const codec = codecs[stream]
    if (!codec || codec.length < 2) return null
    // Its first letter says of which type the track is, and must agree with the element that does.
    const start = tracks.start + codec.byteOffset - tracks.body.byteOffset + 1
    return { start, bytes: Buffer.alloc(codec.length - 1, '?') }
  } catch (error) {
    if (error instanceof NoteGivenUp) return null
    throw error
  }
}

/** The content of the `Tracks` element and where it lies, if it stands before the first cluster. */
async function findTracks(source: FootageSource, signal: AbortSignal) {
  for await (const { id, start, bodyStart, end } of headElements(source, signal)) {
    if (start === 0 && id !== EBML && id !== SEGMENT) return null
    if (id !== TRACKS || end === null) continue
    if (end - bodyStart > MAX_TRACKS_BYTES || end > source.size) return null
    return { start: bodyStart, body: await readBytes(source, bodyStart, end, signal) }
  }
  return null
}
