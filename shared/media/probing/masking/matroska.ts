import { readBytes } from '../../mp4/movie-header.ts'
import { elementsIn, readElementHeader, readUnsigned } from '../../noting/ebml.ts'
import { NoteGivenUp } from '../../noting/feed.ts'
import type { FootageSource } from '../../source.ts'
import type { Span } from '../header-cache.ts'

/** Elements of RFC 9559 §5.1. */
const EBML = 0x1a45dfa3
const SEGMENT = 0x18538067
const CLUSTER = 0x1f43b675
const TRACKS = 0x1654ae6b
const TRACK_ENTRY = 0xae
const TRACK_TYPE = 0x83
const CODEC_ID = 0x86
/** Picture, sound, text and metadata: of other types ffmpeg makes no stream. */
const STREAM_TYPES = [1, 2, 0x11, 0x21]
/** More than the longest header of an element: an id of 4 bytes and a size of 8. */
const HEADER_BYTES = 12
/** More than 16 tracks with their configurations take. */
const MAX_TRACKS_BYTES = 4 * 1024 * 1024
const MAX_ELEMENTS = 64

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
  let at = 0
  for (let count = 0; count < MAX_ELEMENTS && at < source.size; count++) {
    const head = await readBytes(source, at, Math.min(at + HEADER_BYTES, source.size), signal)
    const element = readElementHeader(head, 0, head.length)
    if ('wanted' in element || element.id === CLUSTER) return null
    const start = at + element.headerBytes
    if (element.id === SEGMENT) {
      at = start
      continue
    }
    if (element.size === null || (at === 0 && element.id !== EBML)) return null
    at = start + element.size
    if (element.id !== TRACKS) continue
    if (element.size > MAX_TRACKS_BYTES || at > source.size) return null
    return { start, body: await readBytes(source, start, at, signal) }
  }
  return null
}
