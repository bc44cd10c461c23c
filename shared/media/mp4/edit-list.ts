import { type Box, boxesIn, MalformedBoxError } from './boxes.ts'

/**
 * Adds an edit list (ISO/IEC 14496-12 §8.6.6) to a track of an initialisation section: everything
 * is shown `mediaTime` earlier. With composition offsets raised by the same amount none of them is
 * negative, which some readers (ffmpeg among them) answer with a shifted picture.
 */
export function withEditList(initialisation: Buffer, trackId: number, mediaTime: number): Buffer {
  if (mediaTime === 0) return initialisation
  const moov = childOf(initialisation, { bodyStart: 0, end: initialisation.length }, 'moov')
  const trak = trakOf(initialisation, moov, trackId)
  const tkhd = childOf(initialisation, trak, 'tkhd')
  const edts = editBox(mediaTime)
  const grown = Buffer.concat([
    initialisation.subarray(0, tkhd.end),
    edts,
    initialisation.subarray(tkhd.end),
  ])
  for (const { start, end } of [moov, trak]) grown.writeUInt32BE(end - start + edts.length, start)
  return grown
}

/** One edit of unknown length, at normal speed. */
function editBox(mediaTime: number): Buffer {
  const box = Buffer.alloc(36)
  box.writeUInt32BE(36, 0)
  box.write('edts', 4, 'latin1')
  box.writeUInt32BE(28, 8)
  box.write('elst', 12, 'latin1')
  box.writeUInt32BE(1, 20)
  box.writeInt32BE(mediaTime, 28)
  box.writeUInt32BE(0x00010000, 32)
  return box
}

function childOf(bytes: Buffer, within: Pick<Box, 'bodyStart' | 'end'>, type: string): Box {
  for (const box of boxesIn(bytes, within.bodyStart, within.end)) if (box.type === type) return box
  throw new MalformedBoxError(`An initialisation section lacks its ${type} box.`)
}

function trakOf(bytes: Buffer, moov: Box, trackId: number): Box {
  for (const trak of boxesIn(bytes, moov.bodyStart, moov.end)) {
    if (trak.type !== 'trak') continue
    const { bodyStart } = childOf(bytes, trak, 'tkhd')
    if (bytes.readUInt32BE(bodyStart + (bytes[bodyStart] === 1 ? 20 : 12)) === trackId) return trak
  }
  throw new MalformedBoxError(`An initialisation section lacks track ${trackId}.`)
}
