import { z } from 'zod'
import { adtsStart, adtsStateSchema, walkAdts } from './adts.ts'
import { clock33Schema, onClock33, startClock33 } from './clock-33.ts'
import { NoteGivenUp, type UnitReader } from './feed.ts'
import type { NotedTracks } from './keyframe-note.ts'
import { type Tally, tallyPicture, tallySound } from './packet-tally.ts'
import { readPesHeader } from './pes.ts'
import { annexBUnits, isRandomAccess, MAX_HEAD_BYTES } from './random-access.ts'
import { continues, payloadStart, SYNC, startsUnit, TS_PACKET_BYTES } from './transport-packet.ts'
import { programmeMapPid, readProgramme } from './transport-tables.ts'

const CLOCK: NotedTracks['video'] = { timeBase: [1, 90_000] }
/** Below are tables (§2.4.3.3 and ETSI EN 300 468 §5.1.3). */
const LAST_TABLE_PID = 0x1f
const NULL_PID = 0x1fff

/** What the next worker must know to go on in the middle of a transport stream. */
export const transportStateSchema = z.object({
  kind: z.literal('mpegts'),
  /** 188, or with a timecode before (192) or a checksum after (204) each packet. */
  packetBytes: z.int(),
  mapPid: z.int().nullable(),
  /** The map as it stood in its first packet: another one is another recording. */
  map: z.base64(),
  video: z
    .object({ pid: z.int(), codec: z.enum(['h264', 'hevc']), continuity: z.int().nullable() })
    .nullable(),
  audio: z
    .object({
      pid: z.int(),
      continuity: z.int().nullable(),
      /** Null: sound in frames that are not told apart here; its packets stand for them. */
      adts: adtsStateSchema.nullable(),
      last: z.object({ pts: z.number(), step: z.number() }).nullable(),
    })
    .nullable(),
  clock: clock33Schema.nullable(),
  picture: z
    .object({
      pts: z.int(),
      bytes: z.int(),
      position: z.int(),
      /** Null: not known yet, its first slice has not come. */
      key: z.boolean().nullable(),
      head: z.base64(),
    })
    .nullable(),
})
export type TransportState = z.infer<typeof transportStateSchema>

/** Where the first bytes show the packets of a transport stream to lie; null if they show none. */
export function transportStart(head: Buffer): TransportState | null {
  const packetBytes = [188, 192, 204].find((bytes) =>
    [0, 1, 2].every((n) => head[n * bytes + (bytes === 192 ? 4 : 0)] === SYNC),
  )
  if (!packetBytes) return null
  return {
    kind: 'mpegts',
    packetBytes,
    mapPid: null,
    map: '',
    video: null,
    audio: null,
    clock: null,
    picture: null,
  }
}

/**
 * Counts the pictures of an MPEG transport stream (ISO/IEC 13818-1) by the headers of its packets:
 * a PES packet of the picture track is a picture. What ffmpeg would have to guess at is not noted.
 */
export class TransportReader implements UnitReader {
  readonly headBytes: number
  readonly #state: TransportState
  readonly #tally: Tally
  readonly #syncAt: number
  /** Of the picture at hand, while it is not known what it is. */
  #head: Buffer

  constructor(state: TransportState, tally: Tally) {
    this.#state = state
    this.#tally = tally
    this.headBytes = state.packetBytes
    this.#syncAt = state.packetBytes === 192 ? 4 : 0
    this.#head = Buffer.from(state.picture?.head ?? '', 'base64')
  }

  take(bytes: Buffer, unitAt: number, _available: number, position: number): number {
    const at = unitAt + this.#syncAt
    if (bytes[at] !== SYNC) throw new NoteGivenUp('A packet without its sync byte.')
    const pid = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const { video, audio, mapPid } = this.#state
    switch (pid & 0x1fff) {
      case video?.pid:
        this.#takeVideo(bytes, at, position)
        break
      case audio?.pid:
        this.#takeSound(bytes, at)
        break
      case 0:
        this.#takeAssociation(bytes, at)
        break
      case mapPid:
        this.#takeMap(bytes, at)
        break
      default:
        // ffmpeg looks ahead for the map and goes back; what came before it would be missed here.
        if (!video && (pid & 0x1fff) > LAST_TABLE_PID && (pid & 0x1fff) !== NULL_PID)
          throw new NoteGivenUp('Footage before the map of the programme.')
    }
    return this.headBytes
  }

  /** The stream may end anywhere: nothing in it says how long it is. */
  finish(): boolean {
    this.#endPicture()
    const { audio } = this.#state
    if (audio?.last) tallySound(this.#tally, audio.last.pts, audio.last.pts + audio.last.step)
    return false
  }

  tracks(): NotedTracks | null {
    const { video, audio } = this.#state
    return video && { video: CLOCK, audio: audio && CLOCK }
  }

  state(): TransportState {
    const { picture } = this.#state
    return {
      ...this.#state,
      picture: picture && {
        ...picture,
        head: picture.key === null ? this.#head.toString('base64') : '',
      },
    }
  }

  #takeAssociation(bytes: Buffer, at: number): void {
    if (!startsUnit(bytes, at)) return
    const pid = programmeMapPid(bytes.subarray(payloadStart(bytes, at), at + TS_PACKET_BYTES))
    if (pid !== (this.#state.mapPid ?? pid)) throw new NoteGivenUp('Another programme.')
    this.#state.mapPid = pid
  }

  #takeMap(bytes: Buffer, at: number): void {
    if (!startsUnit(bytes, at)) return
    const payload = bytes.subarray(payloadStart(bytes, at), at + TS_PACKET_BYTES)
    const map = payload.toString('base64')
    if (map === this.#state.map) return
    if (this.#state.map !== '') throw new NoteGivenUp('The programme changes.')
    const { video, audio } = readProgramme(payload)
    this.#state.map = map
    this.#state.video = { ...video, continuity: null }
    this.#state.audio = audio && {
      pid: audio.pid,
      continuity: null,
      adts: audio.coding === 'adts' ? adtsStart() : null,
      last: null,
    }
  }

  #takeVideo(bytes: Buffer, at: number, position: number): void {
    const { video } = this.#state
    const start = payloadStart(bytes, at)
    const end = at + TS_PACKET_BYTES
    if (!video || !continues(video, bytes, at)) return
    let from = start
    if (startsUnit(bytes, at)) {
      this.#endPicture()
      const header = readPesHeader(bytes.subarray(start, end))
      from += header.bytes
      this.#state.picture = {
        pts: this.#timeOf(header.pts, header.dts),
        bytes: 0,
        position,
        key: null,
        head: '',
      }
      this.#head = Buffer.alloc(0)
    }
    const { picture } = this.#state
    // The end of a picture whose beginning is not in the file.
    if (!picture) return
    picture.bytes += end - from
    if (picture.key !== null) return
    const piece = bytes.subarray(from, end)
    this.#head = this.#head.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#head, piece])
    picture.key = isRandomAccess(video.codec, annexBUnits(this.#head))
    if (this.#head.length > MAX_HEAD_BYTES) picture.key ??= false
  }

  #endPicture(): void {
    const { picture } = this.#state
    this.#state.picture = null
    if (!picture || picture.bytes === 0) return
    if (picture.key && picture.pts < (this.#tally.pts.at(-1) ?? picture.pts))
      throw new NoteGivenUp('The clock goes back.')
    tallyPicture(this.#tally, { ...picture, duration: null, key: picture.key ?? false })
  }

  #takeSound(bytes: Buffer, at: number): void {
    const { audio } = this.#state
    const start = payloadStart(bytes, at)
    const end = at + TS_PACKET_BYTES
    if (!audio || !continues(audio, bytes, at)) return
    let from = start
    if (startsUnit(bytes, at)) {
      const header = readPesHeader(bytes.subarray(start, end))
      from += header.bytes
      const pts = this.#timeOf(header.pts, header.dts)
      if (audio.adts) audio.adts.given = pts
      else this.#addSoundPacket(audio, pts)
    }
    if (audio.adts)
      walkAdts(audio.adts, bytes.subarray(from, end), (pts, until) =>
        tallySound(this.#tally, pts, until),
      )
  }

  #addSoundPacket(audio: NonNullable<TransportState['audio']>, pts: number): void {
    const { last } = audio
    if (last) tallySound(this.#tally, last.pts, pts)
    audio.last = { pts, step: last ? pts - last.pts : 0 }
  }

  #timeOf(pts: number, dts: number): number {
    this.#state.clock ??= startClock33(dts)
    return onClock33(this.#state.clock, pts)
  }
}
