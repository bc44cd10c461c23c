import { HEAD_BYTES } from '../container.ts'
import { transportStart } from '../noting/transport-stream.ts'
import { type FootageSource, readBytes } from '../source.ts'
import type { OnePicture } from './picture-wanted.ts'

/** How far from the beginning, or before a keyframe, the tables are looked for. */
const TABLES_WITHIN_BYTES = 64 * 1024
/** Where the association table is, which names the programme (ISO/IEC 13818-1 §2.4.3.3). */
const ASSOCIATION_PID = 0
/** Bit of the second byte of a packet: a picture begins in it. */
const UNIT_STARTS = 0x40

/** The tables, and the packets of the picture that begins at `position`. */
export const transportOfOnePicture: OnePicture = async (source, { position, most }, signal) => {
  const pictureBytes = most - TABLES_WITHIN_BYTES
  if (position === null || pictureBytes <= 0) return null
  const head = await readBytes(source, 0, Math.min(HEAD_BYTES, source.size), signal)
  const packetBytes = transportStart(head)?.packetBytes
  if (!packetBytes) return null
  const stream = { source, packetBytes, signal }
  const tables = await findTables(stream, position)
  const picture = await readPicture(stream, position, pictureBytes)
  if (!tables || !picture) return null
  const rest = tables.filter(({ pid }) => pid !== picture[0]?.pid)
  return Buffer.concat([...rest, ...picture].map(({ bytes }) => bytes))
}

type Stream = { source: FootageSource; packetBytes: number; signal: AbortSignal }
type Packet = { bytes: Buffer; pid: number; startsUnit: boolean }

/**
 * What lies at the beginning, where a whole recording has its tables, else right before the
 * keyframe, where one that was begun in the middle may have them again.
 */
async function findTables(stream: Stream, position: number): Promise<Packet[] | null> {
  const { source, packetBytes } = stream
  const length = TABLES_WITHIN_BYTES - (TABLES_WITHIN_BYTES % packetBytes)
  const before = position - Math.min(length, position - (position % packetBytes))
  for (const [from, to] of [
    [0, Math.min(length, source.size)],
    [before, position],
  ] as const) {
    const packets: Packet[] = []
    for await (const packet of packetsIn(stream, from, to)) packets.push(packet)
    if (packets.some(({ pid }) => pid === ASSOCIATION_PID)) return packets
  }
  return null
}

/** Null if the picture does not end within `most` bytes. */
async function readPicture(
  stream: Stream,
  position: number,
  most: number,
): Promise<Packet[] | null> {
  const end = Math.min(stream.source.size, position + most)
  const picture: Packet[] = []
  for await (const packet of packetsIn(stream, position, end)) {
    const [first] = picture
    if (first && packet.pid !== first.pid) continue
    if (first && packet.startsUnit) return picture
    picture.push(packet)
  }
  // The last picture of a recording ends with it.
  return end === stream.source.size && picture.length > 0 ? picture : null
}

async function* packetsIn(
  { source, packetBytes, signal }: Stream,
  start: number,
  endExclusive: number,
): AsyncGenerator<Packet> {
  // Some put a time code before the sync byte.
  const syncAt = packetBytes === 192 ? 4 : 0
  let held = Buffer.alloc(0)
  for await (const piece of source.read(start, endExclusive, signal)) {
    held = Buffer.concat([held, piece])
    let at = 0
    for (; at + packetBytes <= held.length; at += packetBytes) {
      const bytes = held.subarray(at, at + packetBytes)
      const flags = bytes.readUInt16BE(syncAt + 1)
      yield { bytes, pid: flags & 0x1fff, startsUnit: (flags & (UNIT_STARTS << 8)) !== 0 }
    }
    held = held.subarray(at)
  }
}
