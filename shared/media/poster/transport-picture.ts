import { readBytes } from '../mp4/movie-header.ts'
import { transportStart } from '../noting/transport-stream.ts'
import { HEAD_BYTES } from '../probing/container.ts'
import type { OnePicture } from './picture-wanted.ts'

/** Bit of the second byte of a packet: a picture begins in it (ISO/IEC 13818-1 §2.4.3.3). */
const UNIT_STARTS = 0x40

/** The tables, and the packets of the picture that begins at `position`. */
export const transportOfOnePicture: OnePicture = async (source, { position, most }, signal) => {
  if (position === null) return null
  const head = await readBytes(source, 0, Math.min(HEAD_BYTES, source.size), signal)
  const packetBytes = transportStart(head)?.packetBytes
  if (!packetBytes) return null
  const syncAt = packetBytes === 192 ? 4 : 0
  const pidOf = (packet: Buffer) => packet.readUInt16BE(syncAt + 1) & 0x1fff
  const kept: Buffer[] = []
  const end = Math.min(source.size, position + most)
  let pid: number | null = null
  for await (const packet of packetsIn(source.read(position, end, signal), packetBytes)) {
    pid ??= pidOf(packet)
    if (pidOf(packet) !== pid) continue
    const begins = (packet.readUInt8(syncAt + 1) & UNIT_STARTS) !== 0
    if (begins && kept.length > 0)
      return Buffer.concat([tables(head, packetBytes, pidOf, pid), ...kept])
    kept.push(packet)
  }
  // The last picture of a recording ends with it.
  return pid !== null && end === source.size
    ? Buffer.concat([tables(head, packetBytes, pidOf, pid), ...kept])
    : null
}

/** What comes before the first picture: a stream that was noted has its tables there. */
function tables(
  head: Buffer,
  packetBytes: number,
  pidOf: (packet: Buffer) => number,
  pid: number,
): Buffer {
  let at = 0
  while (at + packetBytes <= head.length && pidOf(head.subarray(at, at + packetBytes)) !== pid)
    at += packetBytes
  return head.subarray(0, at)
}

async function* packetsIn(
  pieces: AsyncIterable<Uint8Array>,
  packetBytes: number,
): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0)
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece])
    let at = 0
    for (; at + packetBytes <= held.length; at += packetBytes)
      yield held.subarray(at, at + packetBytes)
    held = held.subarray(at)
  }
}
