import { type FootageSource, readBytes } from '../source.ts'
import { readElementHeader } from './ebml.ts'
import { NoteGivenUp } from './feed.ts'
import { CLUSTER, SEGMENT } from './matroska-elements.ts'

/** The longest identifier and the longest size. */
const HEADER_BYTES = 12
/** Before the first cluster there are a handful of elements. */
const MAX_ELEMENTS = 64

/** Where an element lies; `end` null: its size is not known, as of a segment or a cluster. */
export type PlacedElement = { id: number; start: number; bodyStart: number; end: number | null }

/**
 * The elements of a Matroska file up to and with its first cluster, those within the segment among
 * them (RFC 9559 §5.1). Ends early where it is not clear what comes next.
 * @throws NoteGivenUp for bytes that are no element
 */
export async function* headElements(
  source: FootageSource,
  signal: AbortSignal,
): AsyncGenerator<PlacedElement> {
  let start = 0
  for (let count = 0; count < MAX_ELEMENTS && start + HEADER_BYTES <= source.size; count++) {
    const bytes = await readBytes(source, start, start + HEADER_BYTES, signal)
    const header = readElementHeader(bytes, 0, bytes.length)
    if ('wanted' in header) return
    const { id, size } = header
    const bodyStart = start + header.headerBytes
    const end = size === null ? null : bodyStart + size
    if (end !== null || id === SEGMENT || id === CLUSTER) yield { id, start, bodyStart, end }
    if (id === CLUSTER) return
    const next = id === SEGMENT ? bodyStart : end
    if (next === null) return
    start = next
  }
}

/** Where the first cluster of a Matroska file begins; null if that is not clear. */
export async function firstCluster(
  source: FootageSource,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    for await (const { id, start } of headElements(source, signal)) {
      if (id === CLUSTER) return start
    }
    return null
  } catch (error) {
    if (error instanceof NoteGivenUp) return null
    throw error
  }
}
