import type { Readable } from 'node:stream'
import { MalformedBoxError, readBoxHeader } from './boxes.ts'
import { NON_SYNC, samplesOfFragment } from './fragment-samples.ts'
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

/**
 * ffmpeg enters the size of a `moof` when it has written all of it, which it cannot where that is
 * longer than what it keeps of a pipe, 32 KiB. So it is with thousands of packets in a fragment: of
 * a recording in which one track goes on for minutes before the other begins.
 */
const sizeless = (type: string): string =>
  `A ${type} box without a size: picture and sound are too far apart in the recording.`

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
      if (size === 0) throw new MalformedBoxError(sizeless(type))
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
  for (const { track, pts, duration, size, flags, at } of samplesOfFragment(moof, tracks, 0)) {
    // default-base-is-moof: offsets count from the moof, which the mdat follows directly.
    const start = at - moof.length
    if (start < 0 || start + size > mdat.length)
      throw new MalformedBoxError('A packet outside its box.')
    yield {
      track,
      pts,
      duration,
      keyframe: (flags & NON_SYNC) === 0,
      data: mdat.subarray(start, start + size),
    }
  }
}
