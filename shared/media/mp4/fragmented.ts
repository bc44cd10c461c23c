import type { Readable } from 'node:stream'
import { type Box, boxesIn, findBox, MalformedBoxError, readBoxHeader } from './boxes.ts'
import { type InitialisedTrack, readInitialisedTracks } from './initialisation.ts'

/** ffmpeg is told to cut a fragment each second; one of this size is no such fragment. */
const MAX_BOX_BYTES = 96 * 1024 * 1024

/** Fragments of this size never need the long form of 16 bytes. */
const BOX_HEADER_BYTES = 8

/** One packet as ffmpeg wrote it, times in its track's timescale. */
export type Packet = {
  track: InitialisedTrack
  pts: number
  duration: number
  keyframe: boolean
  data: Buffer
}

/** What a fragmented MP4 stream consists of: an initialisation section, then packets. */
export type FragmentedPart =
  | { kind: 'initialisation'; bytes: Buffer; tracks: InitialisedTrack[] }
  | { kind: 'packets'; packets: Packet[] }

/**
 * Reads a fragmented MP4 (ISO/IEC 14496-12 §8.8) from a pipe as it is written, never holding more
 * than one fragment.
 * @throws MalformedBoxError if the stream is cut off or is something else
 */
export async function* readFragmentedMp4(pipe: Readable): AsyncGenerator<FragmentedPart> {
  let head: Buffer = Buffer.alloc(0)
  let tracks: InitialisedTrack[] = []
  let moof: Buffer | null = null
  for await (const { type, bytes } of topLevelBoxes(pipe)) {
    if (type === 'ftyp') head = bytes
    if (type === 'moov') {
      tracks = readInitialisedTracks(bytes)
      yield { kind: 'initialisation', bytes: Buffer.concat([head, bytes]), tracks }
    }
    if (type === 'moof') moof = bytes
    if (type === 'mdat' && moof) {
      yield { kind: 'packets', packets: [...packetsOf(moof, bytes, tracks)] }
      moof = null
    }
  }
}

async function* topLevelBoxes(pipe: Readable): AsyncGenerator<{ type: string; bytes: Buffer }> {
  let pieces: Buffer[] = []
  let held = 0
  let wanted = BOX_HEADER_BYTES
  for await (const piece of pipe as AsyncIterable<Buffer>) {
    pieces.push(piece)
    held += piece.length
    while (held >= wanted) {
      const bytes: Buffer = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
      const { type, size, headerBytes } = readBoxHeader(bytes)
      if (size < headerBytes || size > MAX_BOX_BYTES)
        throw new MalformedBoxError(`A ${type} box of ${size} bytes in a rendition.`)
      pieces = [bytes]
      wanted = size
      if (held < size) break
      yield { type, bytes: bytes.subarray(0, size) }
      pieces = [bytes.subarray(size)]
      held -= size
      wanted = BOX_HEADER_BYTES
    }
  }
  if (held > 0) throw new MalformedBoxError('A rendition is cut off in the middle of a box.')
}

function* packetsOf(moof: Buffer, mdat: Buffer, tracks: InitialisedTrack[]): Generator<Packet> {
  const fragment = boxesIn(moof).next().value as Box
  for (const traf of boxesIn(moof, fragment.bodyStart, fragment.end)) {
    if (traf.type !== 'traf') continue
    const tfhd = findBox(moof, traf, ['tfhd'])
    const tfdt = findBox(moof, traf, ['tfdt'])
    if (!tfhd || !tfdt) throw new MalformedBoxError('A fragment without times.')
    const track = tracks.find(({ id }) => id === moof.readUInt32BE(tfhd.bodyStart + 4))
    if (!track) throw new MalformedBoxError('A fragment of an unknown track.')
    const defaults = fragmentDefaults(moof, tfhd, track)
    const clock = { dts: Number(moof.readBigInt64BE(tfdt.bodyStart + 4)) }
    for (const trun of boxesIn(moof, traf.bodyStart, traf.end))
      if (trun.type === 'trun') yield* packetsOfRun(moof, trun, mdat, track, defaults, clock)
  }
}

type Defaults = { duration: number; size: number; flags: number }

/** `tfhd` (§8.8.7) overrides what the initialisation section says. */
function fragmentDefaults(moof: Buffer, tfhd: Box, track: InitialisedTrack): Defaults {
  const flags = moof.readUIntBE(tfhd.bodyStart + 1, 3)
  const fields = fieldReader(moof, tfhd.bodyStart + 8)
  if (flags & 0x1) fields.skip(8)
  if (flags & 0x2) fields.skip(4)
  return {
    duration: flags & 0x8 ? fields.next() : track.defaults.duration,
    size: flags & 0x10 ? fields.next() : track.defaults.size,
    flags: flags & 0x20 ? fields.next() : track.defaults.flags,
  }
}

/** `sample_is_non_sync_sample` of the sample flags (§8.8.3.1). */
const NON_SYNC = 0x10000

function* packetsOfRun(
  moof: Buffer,
  trun: Box,
  mdat: Buffer,
  track: InitialisedTrack,
  defaults: Defaults,
  clock: { dts: number },
): Generator<Packet> {
  const flags = moof.readUIntBE(trun.bodyStart + 1, 3)
  const count = moof.readUInt32BE(trun.bodyStart + 4)
  const fields = fieldReader(moof, trun.bodyStart + 8)
  // default-base-is-moof: offsets count from the moof, which the mdat follows directly.
  let at = (flags & 0x1 ? fields.next() : 0) - moof.length
  const firstFlags = flags & 0x4 ? fields.next() : null
  for (let n = 0; n < count; n++) {
    const duration = flags & 0x100 ? fields.next() : defaults.duration
    const size = flags & 0x200 ? fields.next() : defaults.size
    const own = flags & 0x400 ? fields.next() : defaults.flags
    const composition = flags & 0x800 ? fields.next() | 0 : 0
    const sampleFlags = n === 0 && firstFlags !== null ? firstFlags : own
    if (at < 0 || at + size > mdat.length) throw new MalformedBoxError('A packet outside its box.')
    yield {
      track,
      pts: clock.dts + composition,
      duration,
      keyframe: (sampleFlags & NON_SYNC) === 0,
      data: mdat.subarray(at, at + size),
    }
    at += size
    clock.dts += duration
  }
}

const fieldReader = (bytes: Buffer, start: number) => {
  let at = start
  return {
    skip: (count: number) => {
      at += count
    },
    next: () => {
      at += 4
      return bytes.readUInt32BE(at - 4)
    },
  }
}
