/** A packet of a fragment with its final times, in its track's timescale. */
export type TimedPacket = {
  dts: number
  pts: number
  duration: number
  keyframe: boolean
  data: Buffer
}

/** The packets of one track in a fragment; `shift` is what its edit list takes off again. */
export type FragmentTrack = { id: number; shift: number; packets: TimedPacket[] }

/** Sample flags (ISO/IEC 14496-12 §8.8.3.1): depends on no other, or on others and no sync sample. */
const SYNC_FLAGS = 0x02000000
const NON_SYNC_FLAGS = 0x01010000

/**
 * One movie fragment with its media data (ISO/IEC 14496-12 §8.8.4): every packet carries its own
 * duration, size, flags and signed composition offset, so that nothing depends on defaults.
 */
export function writeFragment(sequence: number, tracks: readonly FragmentTrack[]): Buffer[] {
  const filled = tracks.filter(({ packets }) => packets.length > 0)
  const moofBytes =
    8 + 16 + filled.reduce((sum, { packets }) => sum + TRAF_BYTES + packets.length * 16, 0)
  const data = filled.flatMap(({ packets }) => packets.map((packet) => packet.data))
  const dataBytes = data.reduce((sum, { length }) => sum + length, 0)
  const moof = Buffer.alloc(moofBytes)
  const put = fieldWriter(moof)
  put.box(moofBytes, 'moof')
  put.box(16, 'mfhd').u32(0).u32(sequence)
  let dataOffset = moofBytes + 8
  for (const { id, shift, packets } of filled) {
    put.box(TRAF_BYTES + packets.length * 16, 'traf')
    // default-base-is-moof
    put.box(16, 'tfhd').u32(0x020000).u32(id)
    put
      .box(20, 'tfdt')
      .u32(0x01000000)
      .u64(packets[0]?.dts ?? 0)
    // version 1; data offset, and per sample: duration, size, flags, composition offset
    put
      .box(20 + packets.length * 16, 'trun')
      .u32(0x01000f01)
      .u32(packets.length)
      .u32(dataOffset)
    for (const { dts, pts, duration, keyframe, data: bytes } of packets) {
      put
        .u32(duration)
        .u32(bytes.length)
        .u32(keyframe ? SYNC_FLAGS : NON_SYNC_FLAGS)
      put.i32(pts - dts + shift)
      dataOffset += bytes.length
    }
  }
  const mdat = Buffer.alloc(8)
  fieldWriter(mdat).box(8 + dataBytes, 'mdat')
  return [moof, mdat, ...data]
}

/** traf header, tfhd, tfdt and an empty trun. */
const TRAF_BYTES = 8 + 16 + 20 + 20

function fieldWriter(bytes: Buffer) {
  let at = 0
  const writer = {
    u32: (value: number) => {
      at = bytes.writeUInt32BE(value, at)
      return writer
    },
    i32: (value: number) => {
      at = bytes.writeInt32BE(value, at)
      return writer
    },
    u64: (value: number) => {
      at = bytes.writeBigUInt64BE(BigInt(value), at)
      return writer
    },
    box: (size: number, type: string) => {
      writer.u32(size)
      at += bytes.write(type, at, 'latin1')
      return writer
    },
  }
  return writer
}
