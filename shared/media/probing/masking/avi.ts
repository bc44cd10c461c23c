import { type FootageSource, readBytes, type Span } from '../../source.ts'

/** The name and size of the file, and the head of its first list (Microsoft, AVI RIFF). */
const RIFF_BYTES = 12
const LIST_BYTES = 12
const CHUNK_BYTES = 8
/** More than 16 streams with the indices that OpenDML puts beside them take. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024
/** `biCompression` of a BITMAPINFOHEADER; `wFormatTag` begins a WAVEFORMATEX. */
const COMPRESSION_AT = 16
const UNKNOWN_FORMAT = {
  auds: [0, Buffer.from('ff7f', 'hex')],
  vids: [COMPRESSION_AT, Buffer.from('????')],
} as const

/** Changes what the format of a stream says of its codec to what means nothing. */
export async function maskAviTrack(
  source: FootageSource,
  stream: number,
  signal: AbortSignal,
): Promise<Span | null> {
  const start = RIFF_BYTES + LIST_BYTES
  if (source.size < start) return null
  const list = await readBytes(source, RIFF_BYTES, start, signal)
  const end = RIFF_BYTES + CHUNK_BYTES + list.readUInt32LE(4)
  const isHeader = list.toString('latin1', 0, 4) === 'LIST' && list.toString('latin1', 8) === 'hdrl'
  if (!isHeader || end > source.size || end - start > MAX_HEADER_BYTES) return null
  const header = await readBytes(source, start, end, signal)
  let seen = -1
  let kind = ''
  for (const { id, at } of chunksIn(header)) {
    if (id === 'strh') {
      seen++
      kind = header.toString('latin1', at, at + 4)
    }
    if (id !== 'strf' || seen !== stream) continue
    const format = UNKNOWN_FORMAT[kind as keyof typeof UNKNOWN_FORMAT]
    return format ? { start: start + at + format[0], bytes: format[1] } : null
  }
  return null
}

/** The chunks of a list one after the other, those of the lists within it among them. */
function* chunksIn(header: Buffer): Generator<{ id: string; at: number }> {
  for (let at = 0; at + CHUNK_BYTES <= header.length; ) {
    const id = header.toString('latin1', at, at + 4)
    const size = header.readUInt32LE(at + 4)
    if (id === 'LIST') at += LIST_BYTES
    else {
      yield { id, at: at + CHUNK_BYTES }
      // Chunks begin at even places.
      at += CHUNK_BYTES + size + (size % 2)
    }
  }
}
