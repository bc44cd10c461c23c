import { type Box, boxesIn, findBox, MalformedBoxError, safeInteger } from './boxes.ts'

/** Recordings have two or three; ffmpeg is given the same limit. */
const MAX_TRACKS = 16

/** A track of a movie header, with the tables that say where its samples are. */
export type Track = {
  index: number
  handler: string
  timescale: number
  /** Media time that is shown at the start, and how long nothing is shown before it, in seconds. */
  edit: { mediaTime: number; emptySeconds: number }
  /** The `stbl` box inside the movie header. */
  tables: Box
}

/**
 * The tracks of a movie header (ISO/IEC 14496-12 §8), in their order.
 * @throws MalformedBoxError
 */
export function readTracks(moov: Buffer): Track[] {
  const movie = boxesIn(moov).next().value as Box | undefined
  if (!movie) throw new MalformedBoxError('The movie header is empty.')
  const mvhd = findBox(moov, movie, ['mvhd'])
  const movieTimescale = mvhd ? readTimescale(moov, mvhd) : 1000
  const traks: Box[] = []
  for (const box of boxesIn(moov, movie.bodyStart, movie.end)) {
    if (box.type === 'trak') traks.push(box)
    if (traks.length > MAX_TRACKS) throw new MalformedBoxError(`More than ${MAX_TRACKS} tracks.`)
  }
  return traks.flatMap((trak, index) => {
    const mdhd = findBox(moov, trak, ['mdia', 'mdhd'])
    const hdlr = findBox(moov, trak, ['mdia', 'hdlr'])
    const tables = findBox(moov, trak, ['mdia', 'minf', 'stbl'])
    if (!mdhd || !hdlr || !tables) return []
    return {
      index,
      handler: moov.toString('latin1', hdlr.bodyStart + 8, hdlr.bodyStart + 12),
      timescale: readTimescale(moov, mdhd),
      edit: readEdit(moov, findBox(moov, trak, ['edts', 'elst']), movieTimescale),
      tables,
    }
  })
}

/** `mvhd` and `mdhd` agree about where the timescale is (§8.2.2, §8.4.2). */
function readTimescale(bytes: Buffer, box: Box): number {
  const at = box.bodyStart + (bytes[box.bodyStart] === 1 ? 20 : 12)
  if (at + 4 > box.end) throw new MalformedBoxError('A time header is cut off.')
  return bytes.readUInt32BE(at) || 1
}

/**
 * The shift that an edit list (§8.6.6) gives a track: its leading empty edit and where its first
 * real edit begins. Further edits, which could hide pictures, are deliberately not applied.
 */
function readEdit(bytes: Buffer, box: Box | null, movieTimescale: number): Track['edit'] {
  const edit = { mediaTime: 0, emptySeconds: 0 }
  if (!box) return edit
  const long = bytes[box.bodyStart] === 1
  const entryBytes = long ? 20 : 12
  for (let at = box.bodyStart + 8; at + entryBytes <= box.end; at += entryBytes) {
    const duration = long ? safeInteger(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at)
    const mediaTime = long ? safeInteger(bytes.readBigInt64BE(at + 8)) : bytes.readInt32BE(at + 4)
    if (mediaTime !== -1) return { ...edit, mediaTime }
    edit.emptySeconds += duration / movieTimescale
  }
  return edit
}
