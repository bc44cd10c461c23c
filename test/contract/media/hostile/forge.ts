/** A box of ISO/IEC 14496-12 with the given body. */
export function box(type: string, ...body: Buffer[]): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.reduce((sum, { length }) => sum + length, 0))
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...body])
}

/** Big-endian numbers of 32 bits. */
export const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [n, value] of values.entries()) bytes.writeUInt32BE(value, 4 * n)
  return bytes
}

/** Where the first box of a type begins, counted from its size field. */
export const boxAt = (file: Buffer, type: string, from = 0): number => {
  const at = file.indexOf(type, from, 'latin1')
  if (at < 4) throw new Error(`There is no ${type} box to forge.`)
  return at - 4
}

/**
 * The file with one box put in the place of another, and the boxes around it grown to fit. The
 * header must stand at the end, so that no media move.
 */
export function withBox(file: Buffer, type: string, replacement: Buffer): Buffer {
  const at = boxAt(file, type)
  const end = at + file.readUInt32BE(at)
  const forged = Buffer.concat([file.subarray(0, at), replacement, file.subarray(end)])
  for (const around of ['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl']) {
    for (let from = 0; from < at; ) {
      const found = file.indexOf(around, from, 'latin1')
      if (found < 0 || found > at) break
      const size = file.readUInt32BE(found - 4)
      if (found - 4 + size >= end)
        forged.writeUInt32BE(size + replacement.length - (end - at), found - 4)
      from = found + 4
    }
  }
  return forged
}

/**
 * An MP4 of H.264 whose IDR pictures, or all that are sent, hold ones where their slices were: they
 * are copied as before, and not decoded.
 */
export function withSpoiltPictures(file: Buffer, which: 'keyframes' | 'all' = 'keyframes'): Buffer {
  const forged = Buffer.from(file)
  const start = boxAt(forged, 'mdat')
  const end = start + forged.readUInt32BE(start)
  for (let at = start + 8; at + 4 < end; ) {
    const next = at + 4 + forged.readUInt32BE(at)
    // ITU-T H.264 table 7-1: type 5 is a slice of an IDR picture.
    if (which === 'all' || (forged.readUInt8(at + 4) & 0x1f) === 5) forged.fill(0xff, at + 5, next)
    at = next
  }
  return forged
}

/** An element of EBML (RFC 8794 §5), its size in eight bytes. */
function element(id: string, ...body: Buffer[]): Buffer {
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(body.reduce((sum, { length }) => sum + length, 0)))
  size.writeUInt8(1)
  return Buffer.concat([Buffer.from(id, 'hex'), size, ...body])
}

const byte = (...values: number[]): Buffer => Buffer.from(values)

/** A Matroska file with one picture of motion JPEG, whose packet is to be unfolded (RFC 9559 §5.1.4). */
export function zippedMatroska(packet: Buffer): Buffer {
  const unfolded = element('6d80', element('6240', element('5034', element('4254', byte(0)))))
  const size = element('e0', element('b0', byte(64)), element('ba', byte(64)))
  const track = element(
    'ae',
    ...[element('d7', byte(1)), element('73c5', byte(1)), element('83', byte(1))],
    ...[element('86', Buffer.from('V_MJPEG')), size, unfolded],
  )
  const cluster = element(
    '1f43b675',
    element('e7', byte(0)),
    element('a3', byte(0x81, 0, 0, 0x80), packet),
  )
  const segment = element('18538067', element('1654ae6b', track), cluster)
  return Buffer.concat([element('1a45dfa3', element('4282', Buffer.from('matroska'))), segment])
}

/** A small generator (mulberry32) so that a failure can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
