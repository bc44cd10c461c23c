import { AVI_HEAD_BYTES, readAviHead } from '../noting/avi-head.ts'
import type { FootageSource } from '../source.ts'

/** Some bytes of a recording. */
export type Place = { start: number; end: number }

/** Of a list or chunk, before its own content. */
const CHUNK_HEADER_BYTES = 8
/** What an `indx` chunk has before its entries, its header included, and how long these are. */
const INDEX_HEADER_BYTES = 32
const ENTRY_BYTES = 16
/** `AVI_INDEX_OF_INDEXES` */
const OF_INDEXES = 0

/**
 * Where the indexes of an AVI file lie, ascending and apart, by its head alone: what follows the
 * chunks in the first `RIFF` (`idx1`), and what each `indx` of OpenDML names. Nothing that goes
 * beyond the file.
 */
export async function aviIndexPlaces(source: FootageSource, signal: AbortSignal): Promise<Place[]> {
  const head = await readAviHead(source, signal)
  if (!head) return []
  const { bytes, hdrl } = head
  const list = bytes.length - CHUNK_HEADER_BYTES - 'movi'.length
  const chunksEnd = list + CHUNK_HEADER_BYTES + bytes.readUInt32LE(list + 4)
  const riffEnd = CHUNK_HEADER_BYTES + bytes.readUInt32LE(4)
  const places = [{ start: chunksEnd, end: riffEnd }, ...placesNamedIn(hdrl)]
  let free = AVI_HEAD_BYTES
  return places
    .sort((a, b) => a.start - b.start)
    .filter(({ start, end }) => {
      const isApart = start >= free && start < end && end <= source.size
      if (isApart) free = end
      return isApart
    })
}

function placesNamedIn(hdrl: Buffer): Place[] {
  const places: Place[] = []
  for (let at = hdrl.indexOf('indx'); at !== -1; at = hdrl.indexOf('indx', at + 4)) {
    if (at + INDEX_HEADER_BYTES > hdrl.length || hdrl[at + 11] !== OF_INDEXES) continue
    const count = hdrl.readUInt32LE(at + 12)
    for (let n = 0; n < count; n++) {
      const entry = at + INDEX_HEADER_BYTES + n * ENTRY_BYTES
      if (entry + ENTRY_BYTES > hdrl.length) break
      const start = Number(hdrl.readBigUInt64LE(entry))
      places.push({ start, end: start + hdrl.readUInt32LE(entry + 8) })
    }
  }
  return places
}
