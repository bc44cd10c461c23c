import { z } from 'zod'
import {
  type ElementHeader,
  elementsIn,
  lengthOf,
  readElementHeader,
  readUnsigned,
  readVint,
} from './ebml.ts'
import { NoteGivenUp, type UnitReader, type Wanted } from './feed.ts'
import type { NotedTracks } from './keyframe-note.ts'
import {
  BLOCK,
  BLOCK_DURATION,
  BLOCK_GROUP,
  CLUSTER,
  CLUSTER_TIMESTAMP,
  EBML,
  INFO,
  REFERENCE_BLOCK,
  SEGMENT,
  SHORTEST_ELEMENT_BYTES,
  SIMPLE_BLOCK,
  TIMESTAMP_SCALE,
  TRACKS,
} from './matroska-elements.ts'
import { matroskaTracksSchema, readMatroskaTracks } from './matroska-tracks.ts'
import { type Tally, tallyPicture, tallySound } from './packet-tally.ts'
import { isRandomAccess, MAX_HEAD_BYTES, sizedUnits } from './random-access.ts'

const NANOSECONDS = 1_000_000_000
const DEFAULT_SCALE_NANOSECONDS = 1_000_000

/** What the next worker must know to go on in the middle of a Matroska file. */
export const matroskaStateSchema = z.object({
  kind: z.literal('matroska'),
  /** Length of a tick. */
  scaleNanoseconds: z.int().positive(),
  tracks: matroskaTracksSchema.nullable(),
  /** Where the segment says that it ends; null: it does not say. */
  segmentEnd: z.int().nullable().default(null),
  cluster: z.object({ position: z.int(), time: z.int().nullable() }).nullable(),
  /**
   * The group or block that is being read: what follows a block in its group tells what kind of
   * picture it is, and a block counts when all of it is there.
   */
  group: z
    .object({
      end: z.int(),
      reference: z.boolean(),
      duration: z.int().nullable(),
      picture: z
        .object({ pts: z.int(), bytes: z.int(), random: z.boolean(), position: z.int() })
        .nullable(),
      sound: z.object({ pts: z.int(), frames: z.int() }).nullable(),
    })
    .nullable(),
  lastSound: z.object({ pts: z.int(), step: z.int() }).nullable(),
})
export type MatroskaState = z.infer<typeof matroskaStateSchema>
type Group = NonNullable<MatroskaState['group']>

/** Before the first element. */
export const matroskaStart = (): MatroskaState => ({
  kind: 'matroska',
  scaleNanoseconds: DEFAULT_SCALE_NANOSECONDS,
  tracks: null,
  segmentEnd: null,
  cluster: null,
  group: null,
  lastSound: null,
})

/**
 * Counts the blocks of a Matroska file (RFC 9559). Segments, clusters and groups are entered
 * wherever they begin, so that it does not matter whether their sizes are known.
 */
export class MatroskaReader implements UnitReader {
  readonly headBytes = SHORTEST_ELEMENT_BYTES
  readonly #state: MatroskaState
  readonly #tally: Tally

  constructor(state: MatroskaState, tally: Tally) {
    this.#state = state
    this.#tally = tally
  }

  take(bytes: Buffer, at: number, available: number, position: number): number | Wanted {
    const header = readElementHeader(bytes, at, available)
    if ('wanted' in header) return header
    const { id, size, headerBytes } = header
    if (this.#state.group && position >= this.#state.group.end) this.#endGroup(this.#state.group)
    if (this.#enter(header, position)) return headerBytes
    if (size === null) throw new NoteGivenUp('An element without an end.')
    const seen = headerBytes + seenBytes(id, size)
    if (available < seen) return { wanted: seen }
    const end = position + headerBytes + size
    this.#takeElement(id, bytes.subarray(at + headerBytes, at + seen), size, end)
    return headerBytes + size
  }

  finish(length: number): boolean {
    const { group, segmentEnd } = this.#state
    const isBroken = group !== null && group.end > length
    if (group && !isBroken) this.#endGroup(group)
    const { lastSound } = this.#state
    // Where nothing says how long the last frame of sound is, it is as long as the one before.
    if (lastSound) tallySound(this.#tally, lastSound.pts, lastSound.pts + lastSound.step)
    return isBroken || (segmentEnd !== null && segmentEnd > length)
  }

  tracks(): NotedTracks | null {
    const { tracks, scaleNanoseconds } = this.#state
    const clock: NotedTracks['video'] = { timeBase: [scaleNanoseconds, NANOSECONDS] }
    return tracks && { video: clock, audio: tracks.audio && clock }
  }

  state(): MatroskaState {
    return this.#state
  }

  /** Whether an element is read from within: then it is entered. */
  #enter({ id, size, headerBytes }: ElementHeader, position: number): boolean {
    if (id === EBML && position > 0) throw new NoteGivenUp('A second recording.')
    if (id === CLUSTER) this.#state.cluster = { position, time: null }
    else if (id === BLOCK_GROUP) {
      if (size === null) throw new NoteGivenUp('A group without an end.')
      this.#state.group = {
        end: position + headerBytes + size,
        reference: false,
        duration: null,
        picture: null,
        sound: null,
      }
    } else if (id !== SEGMENT) return false
    else if (size !== null) this.#state.segmentEnd = position + headerBytes + size
    return true
  }

  #takeElement(id: number, body: Buffer, size: number, end: number): void {
    const { cluster, group } = this.#state
    if (id === INFO) {
      for (const element of elementsIn(body))
        if (element.id === TIMESTAMP_SCALE)
          this.#state.scaleNanoseconds = readUnsigned(element.body) || DEFAULT_SCALE_NANOSECONDS
    } else if (id === TRACKS) {
      if (this.#state.tracks) throw new NoteGivenUp('Tracks are declared again.')
      this.#state.tracks = readMatroskaTracks(body)
    } else if (id === CLUSTER_TIMESTAMP && cluster) cluster.time = readUnsigned(body)
    else if (id === BLOCK_DURATION && group) group.duration = readUnsigned(body)
    else if (id === REFERENCE_BLOCK && group) group.reference = true
    else if (id === BLOCK && group) this.#takeBlock(group, body, size)
    else if (id === SIMPLE_BLOCK) this.#takeSimpleBlock(body, size, end)
  }

  #takeSimpleBlock(body: Buffer, size: number, end: number): void {
    const group: Group = { end, reference: false, duration: null, picture: null, sound: null }
    const flags = this.#takeBlock(group, body, size)
    this.#state.group = { ...group, reference: (flags & 0x80) === 0 }
  }

  /** Reads a block (§10.1) into its group and returns its flags. */
  #takeBlock(group: Group, body: Buffer, size: number): number {
    const { tracks, cluster } = this.#state
    const numberBytes = lengthOf(body[0], 8)
    const number = readVint(body, 0, numberBytes)
    const at = numberBytes + 3
    if (!tracks || !cluster || cluster.time === null || body.length < at)
      throw new NoteGivenUp('A block out of place.')
    const time = cluster.time + body.readInt16BE(numberBytes)
    const flags = body.readUInt8(numberBytes + 2)
    const laced = (flags & 0x06) !== 0
    if (number === tracks.video.number) {
      if (laced) throw new NoteGivenUp('Several pictures in a block.')
      const { codec, lengthBytes } = tracks.video
      group.picture = {
        pts: time,
        bytes: size - at,
        random: isRandomAccess(codec, sizedUnits(body.subarray(at), lengthBytes)) ?? false,
        position: cluster.position,
      }
    } else if (number === tracks.audio?.number) {
      const delay = Math.round(tracks.audio.delayNanoseconds / this.#state.scaleNanoseconds)
      group.sound = { pts: time - delay, frames: laced ? (body[at] ?? 0) + 1 : 1 }
    }
    return flags
  }

  #endGroup({ picture, sound, reference, duration }: Group): void {
    this.#state.group = null
    const { tracks, scaleNanoseconds } = this.#state
    const inTicks = (nanoseconds: number | null | undefined) =>
      nanoseconds ? Math.floor(nanoseconds / scaleNanoseconds) : null
    if (picture) {
      const { random, ...packet } = picture
      const length = duration ?? inTicks(tracks?.video.defaultNanoseconds)
      tallyPicture(this.#tally, { ...packet, duration: length, key: random && !reference })
    }
    if (sound) this.#addSound(sound, duration, inTicks(tracks?.audio?.defaultNanoseconds))
  }

  #addSound(
    { pts, frames }: NonNullable<Group['sound']>,
    duration: number | null,
    frame: number | null,
  ): void {
    const whole = duration ?? (frame && frame * frames)
    if (frames > 1 && !whole) throw new NoteGivenUp('Sound whose length nothing tells.')
    for (let n = 0; whole && n < frames; n++) {
      const start = pts + Math.floor((n * whole) / frames)
      tallySound(this.#tally, start, start + Math.floor(whole / frames))
    }
    if (whole) return
    const { lastSound } = this.#state
    if (lastSound) tallySound(this.#tally, lastSound.pts, pts)
    this.#state.lastSound = { pts, step: lastSound ? pts - lastSound.pts : 0 }
  }
}

/** How much of an element must be seen: nothing of what is skipped, the beginning of blocks. */
function seenBytes(id: number, size: number): number {
  if (id === INFO || id === TRACKS) return size
  if (id === SIMPLE_BLOCK || id === BLOCK) return Math.min(size, MAX_HEAD_BYTES)
  return id === CLUSTER_TIMESTAMP || id === BLOCK_DURATION || id === REFERENCE_BLOCK
    ? Math.min(size, 8)
    : 0
}
