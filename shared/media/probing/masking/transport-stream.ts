import { HEAD_BYTES } from '../../container.ts'
import { NoteGivenUp } from '../../noting/feed.ts'
import { transportStart } from '../../noting/transport-stream.ts'
import { programmeMapPid } from '../../noting/transport-tables.ts'
import { type FootageSource, readBytes } from '../../source.ts'
import { isWhole, type MapEntry, mapEntries, sealMap } from './programme-map.ts'

/** Tables are repeated several times a second: the first ones stand within these. */
const SEARCHED_BYTES = 5_000_000
const PACKET_BYTES = 188
const SYNC = 0x47
/** Kept free by ISO/IEC 13818-1 table 2-34 and by all who use numbers of their own. */
const RESERVED_TYPE = 0x7f
/** Private to users, and used by none (table 2-45). */
const PRIVATE_DESCRIPTOR = 0xff
/** In the second and in the fourth byte of a packet: a unit begins in it, it carries something. */
const BEGINS = 0x40
const CARRIES = 0x10

/**
 * How packets lie in the file, which of them carry the map, and whose entries are changed. A map in
 * several packets is known by what these carry, for reading may begin between them.
 */
type Masking = {
  packetBytes: number
  syncAt: number
  mapPid: number
  pids: ReadonlySet<number>
  pieces: ReadonlyMap<string, Buffer>
}

/**
 * Changes the type and the descriptors of tracks in every map of the one programme (§2.4.4.8), and
 * empties their packets, for ffmpeg guesses at what it finds in them.
 */
export async function maskTransportTracks(
  source: FootageSource,
  streams: readonly number[],
  signal: AbortSignal,
): Promise<FootageSource> {
  const masking = await findTracks(source, streams, signal)
  if (!masking) return source
  const { packetBytes, syncAt } = masking
  return {
    size: source.size,
    async *read(start, endExclusive, readSignal) {
      const from = start - (start % packetBytes)
      const until = Math.min(source.size, Math.ceil(endExclusive / packetBytes) * packetBytes)
      let at = from
      let rest = Buffer.alloc(0)
      for await (const piece of source.read(from, until, readSignal)) {
        const bytes = Buffer.concat([rest, piece])
        const whole = bytes.length - (bytes.length % packetBytes)
        for (let packet = 0; packet < whole; packet += packetBytes)
          maskPacket(bytes.subarray(packet + syncAt, packet + syncAt + PACKET_BYTES), masking)
        rest = bytes.subarray(whole)
        yield bytes.subarray(Math.max(0, start - at), Math.min(whole, endExclusive - at))
        at += whole
      }
      // What the stream ends with is no packet.
      if (at < endExclusive) yield rest.subarray(Math.max(0, start - at), endExclusive - at)
    },
  }
}

/** ffmpeg makes a stream of each entry of the map, in their order. */
async function findTracks(
  source: FootageSource,
  streams: readonly number[],
  signal: AbortSignal,
): Promise<Masking | null> {
  const bytes = await readBytes(source, 0, Math.min(SEARCHED_BYTES, source.size), signal)
  const packetBytes = transportStart(bytes.subarray(0, HEAD_BYTES))?.packetBytes
  if (packetBytes === undefined) return null
  const syncAt = packetBytes === 192 ? 4 : 0
  let mapPid: number | null = null
  let map: Buffer[] = []
  try {
    for (let at = syncAt; at + PACKET_BYTES <= bytes.length; at += packetBytes) {
      const packet = readPacket(bytes.subarray(at, at + PACKET_BYTES))
      if (packet?.begins && packet.pid === 0) mapPid = programmeMapPid(packet.payload)
      if (!packet || packet.pid !== mapPid || (map.length === 0 && !packet.begins)) continue
      map = packet.begins ? [packet.payload] : [...map, packet.payload]
      const whole = Buffer.concat(map)
      if (!isWhole(whole)) continue
      const entries = mapEntries(whole)
      const pids = new Set(streams.flatMap((stream) => entries[stream]?.pid ?? []))
      maskMap(whole, pids)
      return { packetBytes, syncAt, mapPid, pids, pieces: piecesOf(whole, map) }
    }
    return null
  } catch (error) {
    if (error instanceof NoteGivenUp) return null
    throw error
  }
}

/** What stands in for the payload of each packet of a map. */
function piecesOf(masked: Buffer, map: readonly Buffer[]): Map<string, Buffer> {
  let at = 0
  return new Map(
    map.map((payload) => {
      const piece = masked.subarray(at, at + payload.length)
      at += payload.length
      return [payload.toString('latin1'), piece]
    }),
  )
}

/** The fields of a packet (§2.4.3.2); null if it is none. */
function readPacket(packet: Buffer): { pid: number; begins: boolean; payload: Buffer } | null {
  if (packet[0] !== SYNC) return null
  const [head, control] = [packet.readUInt16BE(1), packet.readUInt8(3)]
  const payloadAt = control & 0x20 ? 5 + packet.readUInt8(4) : 4
  return {
    pid: head & 0x1fff,
    begins: (packet.readUInt8(1) & BEGINS) !== 0,
    payload: packet.subarray(control & CARRIES ? payloadAt : packet.length),
  }
}

function maskPacket(bytes: Buffer, { mapPid, pids, pieces }: Masking): void {
  const packet = readPacket(bytes)
  if (!packet) return
  if (pids.has(packet.pid)) {
    bytes.writeUInt8(bytes.readUInt8(1) & ~BEGINS, 1)
    bytes.writeUInt8(bytes.readUInt8(3) & ~CARRIES, 3)
  }
  if (packet.pid !== mapPid) return
  const piece = pieces.get(packet.payload.toString('latin1'))
  if (piece) piece.copy(packet.payload)
  else if (packet.begins) maskMap(packet.payload, pids)
}

function maskMap(payload: Buffer, pids: Masking['pids']): void {
  try {
    const masked = mapEntries(payload).filter(({ pid }) => pids.has(pid))
    for (const entry of masked) maskEntry(payload, entry)
    if (masked.length > 0) sealMap(payload)
  } catch (error) {
    // A damaged map says nothing to ffmpeg either.
    if (!(error instanceof NoteGivenUp)) throw error
  }
}

function maskEntry(payload: Buffer, { at, end }: MapEntry): void {
  payload[at] = RESERVED_TYPE
  for (let tag = at + 5; tag + 2 <= end; tag += 2 + (payload[tag + 1] ?? 0))
    payload[tag] = PRIVATE_DESCRIPTOR
}
