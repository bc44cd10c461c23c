import { z } from 'zod'
import type { Rational } from '../description.ts'
import { MOST_APART_SECONDS } from './avi-head.ts'
import { aviTracksSchema, readAviTracks } from './avi-tracks.ts'
import { NoteGivenUp, type UnitReader, type Wanted } from './feed.ts'
import type { NotedTracks } from './keyframe-note.ts'
import { type Tally, TRUNCATION_SLACK_SECONDS, tallyPicture, tallySound } from './packet-tally.ts'
import { annexBUnits, isRandomAccess, MAX_HEAD_BYTES } from './random-access.ts'

const CHUNK_HEADER_BYTES = 8
const LIST_HEADER_BYTES = 12
/** Indexes, padding and texts, which lie between pictures or after them. */
const OTHER_CHUNKS = /^(ix\d\d|\d\dix|idx1|indx|JUNK|junk|\d\dtx|ISFT|strd|strn|dmlh|vprp)$/

/** What the next worker must know to go on in the middle of an AVI file. */
export const aviStateSchema = z.object({
  kind: z.literal('avi'),
  tracks: aviTracksSchema.nullable(),
  /** How many chunks of pictures there were, and how much sound: bytes, blocks or chunks. */
  pictures: z.int().nonnegative(),
  sound: z.int().nonnegative(),
  /** Of all that came so far, the latest moment, in seconds; null: the tracks have come apart. */
  latestSeconds: z.number().nullable().default(null),
  /** What was seen the beginning of, and where it ends: it counts when all of it is there. */
  begun: z
    .object({
      end: z.int(),
      picture: z
        .object({
          pts: z.int(),
          bytes: z.int(),
          key: z.boolean(),
          // Absent in states of older versions.
          position: z.int().optional(),
          sound: z.number().optional(),
        })
        .nullable(),
      sound: z.object({ pts: z.int(), end: z.int() }).nullable(),
    })
    .nullable(),
})
export type AviState = z.infer<typeof aviStateSchema>

/** Before the first list. */
export const aviStart = (): AviState => ({
  kind: 'avi',
  tracks: null,
  pictures: 0,
  sound: 0,
  latestSeconds: 0,
  begun: null,
})

/**
 * Counts the chunks of an AVI file (RIFF, with the further `RIFF` parts of OpenDML). Time is what
 * is counted: a chunk of the picture track is a picture, an empty one the time of one. Its own
 * index is not asked: it may be missing, and it may call anything a keyframe.
 */
export class AviReader implements UnitReader {
  readonly headBytes = CHUNK_HEADER_BYTES
  readonly #state: AviState
  readonly #tally: Tally

  constructor(state: AviState, tally: Tally) {
    this.#state = state
    this.#tally = tally
  }

  take(bytes: Buffer, at: number, available: number, position: number): number | Wanted {
    this.#count()
    const id = bytes.toString('latin1', at, at + 4)
    const size = bytes.readUInt32LE(at + 4)
    if (id === 'RIFF' || id === 'LIST') {
      if (available < LIST_HEADER_BYTES) return { wanted: LIST_HEADER_BYTES }
      const kind = bytes.toString('latin1', at + CHUNK_HEADER_BYTES, at + LIST_HEADER_BYTES)
      if (id === 'RIFF' || kind === 'movi' || kind === 'rec ') return LIST_HEADER_BYTES
      if (kind === 'hdrl') {
        if (available < CHUNK_HEADER_BYTES + size) return { wanted: CHUNK_HEADER_BYTES + size }
        if (this.#state.tracks) throw new NoteGivenUp('Tracks are declared again.')
        this.#state.tracks = readAviTracks(bytes.subarray(at + LIST_HEADER_BYTES, at + available))
      }
      return Math.max(LIST_HEADER_BYTES, CHUNK_HEADER_BYTES + size + (size & 1))
    }
    if (!OTHER_CHUNKS.test(id)) {
      const seen = CHUNK_HEADER_BYTES + Math.min(size, MAX_HEAD_BYTES)
      if (available < seen) return { wanted: seen }
      const head = bytes.subarray(at + CHUNK_HEADER_BYTES, at + seen)
      this.#takeMedia(id, head, size, position)
      if (this.#state.begun) this.#state.begun.end = position + CHUNK_HEADER_BYTES + size
    }
    return CHUNK_HEADER_BYTES + size + (size & 1)
  }

  finish(length: number): boolean {
    const { begun, tracks, pictures } = this.#state
    const isBroken = begun !== null && begun.end > length
    if (isBroken) this.#state.begun = null
    this.#count()
    if (!tracks) return isBroken
    const [scale, rate] = tracks.video.timeBase
    const missing = tracks.video.declared - pictures
    return isBroken || missing * scale > TRUNCATION_SLACK_SECONDS * rate
  }

  tracks(): NotedTracks | null {
    const { tracks } = this.#state
    return tracks && { video: tracks.video, audio: tracks.audio }
  }

  state(): AviState {
    return this.#state
  }

  /** The beginning of a chunk such as `00dc` or `01wb`. */
  #takeMedia(id: string, head: Buffer, size: number, position: number): void {
    const { tracks } = this.#state
    const [, number, kind] = /^(\d\d)(dc|db|wb)$/.exec(id) ?? []
    if (!tracks || number === undefined)
      throw new NoteGivenUp(tracks ? 'A chunk of an unknown kind.' : 'Media before their tracks.')
    const isSound = kind === 'wb'
    if (Number(number) === tracks.video.number && !isSound) {
      const pts = tracks.video.start + this.#state.pictures++
      const { codec } = tracks.video
      const key = codec === 'mjpeg' || (isRandomAccess(codec, annexBUnits(head)) ?? false)
      this.#meet(pts, tracks.video.timeBase)
      const sound = this.#soundSeconds()
      if (size > 0)
        this.#begin({ picture: { pts, bytes: size, key, position, sound }, sound: null })
    } else if (tracks.audio && Number(number) === tracks.audio.number && isSound) {
      const pts = this.#heard(tracks.audio)
      this.#meet(pts, tracks.audio.timeBase)
      this.#state.sound += tracks.audio.sampleBytes > 0 ? size : blocksIn(size, tracks.audio)
      this.#begin({ picture: null, sound: { pts, end: this.#heard(tracks.audio) } })
    } else throw new NoteGivenUp('A chunk of another track than declared.')
  }

  /** How far sound has come; undefined where that is of no use. */
  #soundSeconds(): number | undefined {
    const { tracks, sound, latestSeconds } = this.#state
    if (latestSeconds === null) return undefined
    if (!tracks?.audio) return 0
    const { start, sampleBytes, timeBase } = tracks.audio
    return ((start + sound / Math.max(1, sampleBytes)) * timeBase[0]) / timeBase[1]
  }

  /** Whether the tracks still go side by side; if not, what is around the latest keyframe is unsure too. */
  #meet(pts: number, [numerator, denominator]: Rational): void {
    const { latestSeconds } = this.#state
    if (latestSeconds === null) return
    const seconds = (pts * numerator) / denominator
    const isApart = latestSeconds - seconds > MOST_APART_SECONDS
    this.#state.latestSeconds = isApart ? null : Math.max(latestSeconds, seconds)
    if (isApart) this.#tally.sounds?.pop()
  }

  #begin(begun: Omit<NonNullable<AviState['begun']>, 'end'>): void {
    this.#state.begun = { end: 0, ...begun }
  }

  #heard({ start, sampleBytes }: { start: number; sampleBytes: number }): number {
    return start + Math.floor(this.#state.sound / Math.max(1, sampleBytes))
  }

  #count(): void {
    const { begun } = this.#state
    this.#state.begun = null
    if (begun?.picture) tallyPicture(this.#tally, { ...begun.picture, duration: 1 })
    if (begun?.sound) tallySound(this.#tally, begun.sound.pts, begun.sound.end)
  }
}

const blocksIn = (size: number, { blockBytes }: { blockBytes: number }): number =>
  blockBytes > 0 ? Math.ceil(size / blockBytes) : 1
