import { elementsIn, lengthOf, readElementHeader, readUnsigned, readVint } from '../noting/ebml.ts'
import { Feed, NoteGivenUp, type UnitReader, type Wanted } from '../noting/feed.ts'
import {
  BLOCK,
  BLOCK_GROUP,
  CLUSTER,
  CLUSTER_TIMESTAMP,
  EBML,
  INFO,
  SEGMENT,
  SHORTEST_ELEMENT_BYTES,
  SIMPLE_BLOCK,
  TRACKS,
} from '../noting/matroska-elements.ts'
import { headElements } from '../noting/matroska-head.ts'
import { readMatroskaTracks } from '../noting/matroska-tracks.ts'
import { type FootageSource, readBytes } from '../source.ts'
import type { OnePicture } from './picture-wanted.ts'

/** Eight bytes that say that a length is not known (RFC 8794 §6.2). */
const UNKNOWN_LENGTH = Buffer.from('01ffffffffffffff', 'hex')

/** Of the cluster at `position` the one block that is shown at `pts`. */
export const matroskaOfOnePicture: OnePicture = async (source, { pts, position, most }, signal) => {
  if (position === null) return null
  try {
    const head = await readHead(source, signal)
    if (!head || position < head.clustersAt) return null
    const finder = new BlockFinder(pts, head.track, most)
    const feed = new Feed(finder)
    const end = Math.min(source.size, position + most)
    for await (const piece of source.read(position, end, signal)) {
      feed.read(Buffer.from(piece))
      if (finder.cluster) return Buffer.concat([...head.kept, ...finder.cluster])
    }
  } catch (error) {
    if (!(error instanceof NoteGivenUp)) throw error
  }
  return null
}

/** What a player must have of all that comes before the first cluster. */
async function readHead(source: FootageSource, signal: AbortSignal) {
  const kept: Buffer[] = []
  let track: number | null = null
  for await (const { id, start, bodyStart, end } of headElements(source, signal)) {
    if (id === SEGMENT) kept.push(endlessHead(SEGMENT))
    if (id === CLUSTER) return track === null ? null : { kept, track, clustersAt: start }
    if (end === null || !DESCRIBING.has(id)) continue
    const element = await readBytes(source, start, end, signal)
    kept.push(element)
    if (id === TRACKS) track = readMatroskaTracks(element.subarray(bodyStart - start)).video.number
  }
  return null
}

const DESCRIBING = new Set([EBML, INFO, TRACKS])

/** Looks through clusters for a block. */
class BlockFinder implements UnitReader {
  readonly headBytes = SHORTEST_ELEMENT_BYTES
  readonly #pts: number
  readonly #track: number
  readonly #most: number
  #timestamp: { time: number; element: Buffer } | null = null
  /** One with this block alone, when it has been found. */
  cluster: Buffer[] | null = null

  constructor(pts: number, track: number, most: number) {
    this.#pts = pts
    this.#track = track
    this.#most = most
  }

  take(bytes: Buffer, at: number, available: number): number | Wanted {
    const header = readElementHeader(bytes, at, available)
    if ('wanted' in header) return header
    const { id, size, headerBytes } = header
    if (id === CLUSTER) return headerBytes
    if (size === null) throw new NoteGivenUp('An element without an end.')
    const end = headerBytes + size
    if (end > this.#most) throw new NoteGivenUp('An element that is too large.')
    if (!LOOKED_INTO.has(id) || this.cluster) return end
    if (available < end) return { wanted: end }
    const element = Buffer.from(bytes.subarray(at, at + end))
    const body = element.subarray(headerBytes)
    if (id === CLUSTER_TIMESTAMP) this.#timestamp = { time: readUnsigned(body), element }
    else this.#takeBlock(element, id === SIMPLE_BLOCK ? body : blockIn(body))
    return end
  }

  finish(): boolean {
    return false
  }

  /** Number of the track and time after that of the cluster (RFC 9559 §10.1). */
  #takeBlock(element: Buffer, block: Buffer | null): void {
    const numberBytes = lengthOf(block?.[0], 8)
    if (!block || !this.#timestamp || block.length <= numberBytes + 3) return
    const isWanted =
      readVint(block, 0, numberBytes) === this.#track &&
      this.#timestamp.time + block.readInt16BE(numberBytes) === this.#pts
    if (isWanted) this.cluster = [endlessHead(CLUSTER), this.#timestamp.element, element]
  }
}

const LOOKED_INTO = new Set([CLUSTER_TIMESTAMP, BLOCK_GROUP, SIMPLE_BLOCK])

const blockIn = (group: Buffer): Buffer | null =>
  [...elementsIn(group)].find(({ id }) => id === BLOCK)?.body ?? null

/** The head of an element that lasts as long as the file does. */
function endlessHead(id: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(id)
  return Buffer.concat([bytes, UNKNOWN_LENGTH])
}
