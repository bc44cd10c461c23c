import { type Box, boxesIn, findBox, MalformedBoxError } from './boxes.ts'

/** A track as the initialisation section of a fragmented MP4 declares it. */
export type InitialisedTrack = {
  id: number
  kind: 'video' | 'audio'
  timescale: number
  /** RFC 6381. */
  codec: string
  /** Pictures only; 0 for sound. */
  width: number
  height: number
  /** `trex` (ISO/IEC 14496-12 §8.8.3). */
  defaults: { duration: number; size: number; flags: number }
}

/**
 * The tracks of an initialisation section.
 * @throws MalformedBoxError
 */
export function readInitialisedTracks(moov: Buffer): InitialisedTrack[] {
  const movie = boxesIn(moov).next().value as Box
  const extensions = new Map<number, Box>()
  const mvex = findBox(moov, movie, ['mvex'])
  for (const box of mvex ? boxesIn(moov, mvex.bodyStart, mvex.end) : [])
    if (box.type === 'trex') extensions.set(moov.readUInt32BE(box.bodyStart + 4), box)
  const tracks: InitialisedTrack[] = []
  for (const trak of boxesIn(moov, movie.bodyStart, movie.end)) {
    if (trak.type !== 'trak') continue
    const tkhd = required(findBox(moov, trak, ['tkhd']))
    const mdhd = required(findBox(moov, trak, ['mdia', 'mdhd']))
    const hdlr = required(findBox(moov, trak, ['mdia', 'hdlr']))
    const stsd = required(findBox(moov, trak, ['mdia', 'minf', 'stbl', 'stsd']))
    const id = moov.readUInt32BE(tkhd.bodyStart + (moov[tkhd.bodyStart] === 1 ? 20 : 12))
    const trex = extensions.get(id)
    const isVideo = moov.toString('latin1', hdlr.bodyStart + 8, hdlr.bodyStart + 12) === 'vide'
    const entry = required(boxesIn(moov, stsd.bodyStart + 8, stsd.end).next().value as Box | null)
    tracks.push({
      id,
      kind: isVideo ? 'video' : 'audio',
      timescale: moov.readUInt32BE(mdhd.bodyStart + (moov[mdhd.bodyStart] === 1 ? 20 : 12)),
      codec: codecOf(moov, entry),
      width: isVideo ? moov.readUInt16BE(entry.bodyStart + 24) : 0,
      height: isVideo ? moov.readUInt16BE(entry.bodyStart + 26) : 0,
      defaults: {
        duration: trex ? moov.readUInt32BE(trex.bodyStart + 12) : 0,
        size: trex ? moov.readUInt32BE(trex.bodyStart + 16) : 0,
        flags: trex ? moov.readUInt32BE(trex.bodyStart + 20) : 0,
      },
    })
  }
  return tracks
}

function required(box: Box | null): Box {
  if (!box) throw new MalformedBoxError('An initialisation section lacks a box.')
  return box
}

/** Where the boxes begin inside a sample entry (§12.1.3, §12.2.3). */
const VISUAL_ENTRY_BYTES = 78
const AUDIO_ENTRY_BYTES = 28

/** The `codecs` parameter (RFC 6381 §3.3, ISO/IEC 14496-15 Annex E) of a sample entry. */
function codecOf(moov: Buffer, entry: Box): string {
  const configuration = (type: string, skip: number) => {
    for (const box of boxesIn(moov, entry.bodyStart + skip, entry.end))
      if (box.type === type) return moov.subarray(box.bodyStart, box.end)
    return null
  }
  if (entry.type === 'avc1') {
    const avcC = configuration('avcC', VISUAL_ENTRY_BYTES)
    return avcC ? `avc1.${avcC.toString('hex', 1, 4)}` : 'avc1'
  }
  if (entry.type === 'hvc1' || entry.type === 'hev1') {
    const hvcC = configuration('hvcC', VISUAL_ENTRY_BYTES)
    return hvcC ? hevcCodec(entry.type, hvcC) : entry.type
  }
  if (entry.type === 'mp4a') {
    const esds = configuration('esds', AUDIO_ENTRY_BYTES)
    return esds ? aacCodec(esds) : 'mp4a.40.2'
  }
  return entry.type
}

/** ISO/IEC 14496-15 §E.3: profile, compatibility in reverse bit order, tier and level, constraints. */
function hevcCodec(type: string, hvcC: Buffer): string {
  const first = hvcC.readUInt8(1)
  const space = ['', 'A', 'B', 'C'][first >> 6] ?? ''
  const tier = first & 0x20 ? 'H' : 'L'
  const bits = hvcC.readUInt32BE(2).toString(2).padStart(32, '0')
  const compatibility = Number.parseInt([...bits].reverse().join(''), 2).toString(16)
  const constraints = [...hvcC.subarray(6, 12)]
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop()
  return [
    type,
    `${space}${first & 0x1f}`,
    compatibility.toUpperCase(),
    `${tier}${hvcC.readUInt8(12)}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ].join('.')
}

/** ISO/IEC 14496-1 §7.2.6: the object type, from the first bits of the decoder's own configuration. */
function aacCodec(esds: Buffer): string {
  const DECODER_SPECIFIC_TAG = 0x05
  for (let at = 4; at < esds.length - 2; at++) {
    if (esds[at] !== DECODER_SPECIFIC_TAG) continue
    let body = at + 1
    while ((esds[body] ?? 0) & 0x80) body++
    return `mp4a.40.${(esds[body + 1] ?? 0x10) >> 3}`
  }
  return 'mp4a.40.2'
}
