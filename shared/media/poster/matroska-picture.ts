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
} from '../noting/matroska.ts'
import { firstCluster } from '../noting/matroska-head.ts'
import { readMatroskaTracks } from '../noting/matroska-tracks.ts'
import type { FootageSource } from '../source.ts'
import type { PictureWanted } from './picture-wanted.ts'

/** Eight bytes that say that a length is not known (RFC 8794 §6.2). */
const UNKNOWN_LENGTH = Buffer.from('01ffffffffffffff', 'hex')

/**
 * A Matroska file of one picture: what describes the tracks, and a cluster of the one block that is
 * shown at `pts` in the cluster at `position`. Null if it does not end within `most` bytes.
 */
export async function matroskaOfOnePicture(
  source: FootageSource,
  { pts, position, most }: PictureWanted,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const clustersAt = await firstCluster(source, signal)
  if (clustersAt === null || position < clustersAt) return null
  const reader = new BlockFinder(pts)
  const end = Math.min(source.size, position + most)
  try {
    for (const [from, until] of [
      [0, clustersAt],
      [position, end],
    ] as const) {
      const feed = new Feed(reader)
      for await (const piece of source.read(from, until, signal)) {
        feed.read(Buffer.from(piece))
        if (reader.file) return reader.file
      }
    }
  } catch (error) {
    if (!(error instanceof NoteGivenUp)) throw error
  }
  return null
}

/** Keeps what a player must have and the block that is looked for. */
class BlockFinder implements UnitReader {
  readonly headBytes = SHORTEST_ELEMENT_BYTES
  readonly #pts: number
  readonly #kept: Buffer[] = []
  #track: number | null = null
  #cluster: { time: number; timestamp: Buffer } | null = null
  /** When the block has been found. */
  file: Buffer | null = null

  constructor(pts: number) {
    this.#pts = pts
  }

  take(bytes: Buffer, at: number, available: number): number | Wanted {
    const header = readElementHeader(bytes, at, available)
    if ('wanted' in header) return header
    const { id, size, headerBytes } = header
    if (id === SEGMENT) this.#kept.push(endlessHead(SEGMENT))
    if (id === SEGMENT || id === CLUSTER) return headerBytes
    if (size === null) throw new NoteGivenUp('An element without an end.')
    const end = headerBytes + size
    if (!LOOKED_INTO.has(id) || this.file) return end
    if (available < end) return { wanted: end }
    const element = Buffer.from(bytes.subarray(at, at + end))
    this.#takeElement(id, element, element.subarray(headerBytes))
    return end
  }

  finish(): boolean {
    return false
  }

  #takeElement(id: number, element: Buffer, body: Buffer): void {
    if (id === TRACKS) this.#track = readMatroskaTracks(body).video.number
    if (id === CLUSTER_TIMESTAMP) this.#cluster = { time: readUnsigned(body), timestamp: element }
    else if (id === BLOCK_GROUP || id === SIMPLE_BLOCK) {
      const block = id === SIMPLE_BLOCK ? body : blockIn(body)
      if (this.#cluster && block && this.#isWanted(block, this.#cluster.time))
        this.file = Buffer.concat([
          ...[...this.#kept, endlessHead(CLUSTER), this.#cluster.timestamp, element],
        ])
    } else this.#kept.push(element)
  }

  /** Number of the track and time after that of the cluster (RFC 9559 §10.1). */
  #isWanted(block: Buffer, clusterTime: number): boolean {
    const numberBytes = lengthOf(block[0], 8)
    return (
      block.length > numberBytes + 3 &&
      readVint(block, 0, numberBytes) === this.#track &&
      clusterTime + block.readInt16BE(numberBytes) === this.#pts
    )
  }
}

const LOOKED_INTO = new Set([EBML, INFO, TRACKS, CLUSTER_TIMESTAMP, BLOCK_GROUP, SIMPLE_BLOCK])

const blockIn = (group: Buffer): Buffer | null =>
  [...elementsIn(group)].find(({ id }) => id === BLOCK)?.body ?? null

/** The head of an element that lasts as long as the file does. */
function endlessHead(id: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(id)
  return Buffer.concat([bytes, UNKNOWN_LENGTH])
}
