import { readBytes } from '../mp4/movie-header.ts'
import type { FootageSource } from '../source.ts'
import { readElementHeader } from './ebml.ts'
import { NoteGivenUp } from './feed.ts'
import { CLUSTER, SEGMENT } from './matroska.ts'

/** The longest identifier and the longest size. */
const HEADER_BYTES = 12
/** Before the first cluster there are a handful of elements. */
const MAX_ELEMENTS = 64

/** Where the first cluster of a Matroska file begins (RFC 9559 §5.1); null if that is not clear. */
export async function firstCluster(
  source: FootageSource,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    let at = 0
    for (let count = 0; count < MAX_ELEMENTS && at + HEADER_BYTES <= source.size; count++) {
      const bytes = await readBytes(source, at, at + HEADER_BYTES, signal)
      const header = readElementHeader(bytes, 0, bytes.length)
      if ('wanted' in header) return null
      if (header.id === CLUSTER) return at
      if (header.id !== SEGMENT && header.size === null) return null
      at += header.headerBytes + (header.id === SEGMENT ? 0 : (header.size ?? 0))
    }
    return null
  } catch (error) {
    if (error instanceof NoteGivenUp) return null
    throw error
  }
}
