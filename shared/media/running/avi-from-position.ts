import type { Rational } from '../description.ts'
import { LONGEST_LIST_BYTES, MOST_APART_SECONDS, readAviHead } from '../noting/avi-head.ts'
import { type AviTracks, readAviTracks } from '../noting/avi-tracks.ts'
import { NoteGivenUp } from '../noting/feed.ts'
import type { FootageSource } from '../source.ts'
import { aviIndex } from './avi-index.ts'
import { withRecentBlocks } from './recent-blocks.ts'

/** Where in a file reading begins, and how far it has come there: see `ChunkPlan`. */
export type AviPlace = {
  position: number
  passed: { pts: number; soundSeconds: number }
  /** The first picture of what is wanted; null: the first of all. */
  startPts: number | null
}

/** Slower pictures have no second one between the place and the chunk. */
const LONGEST_TICK_SECONDS = 0.5
/** The first entry of the index must not stand alone: see `aviIndex`. */
const FEWEST_PASSED = 2

/**
 * An AVI file of its own: the header, the chunks of the recording from a keyframe on, and an index.
 * AVI tells no times, they are counted; and ffmpeg begins to count in the middle only where an index
 * (`idx1`) leads. That of the recording has 16 bytes for every picture and frame of sound, lies at
 * its end, and may be missing. Null where it is not certain how the tracks are counted.
 */
export async function aviFromPosition(
  source: FootageSource,
  { position, passed, startPts }: AviPlace,
  signal: AbortSignal,
): Promise<FootageSource | null> {
  const head = await readAviHead(source, signal)
  const tracks = head && tracksOf(head.hdrl)
  if (!head || !tracks) return null
  const { video, audio } = tracks
  const passedPictures = passed.pts - video.start
  const isBeginning = position === 0 || passedPictures < FEWEST_PASSED
  const pictures = isBeginning ? 0 : passedPictures
  const soundTicks = audio ? inTicks(passed.soundSeconds, audio) - audio.start : 0
  const sound = isBeginning ? 0 : Math.round(soundTicks * Math.max(1, audio?.sampleBytes ?? 0))
  const behind = audio ? inSeconds(video.start + pictures, video) - soundAt(audio, sound) : 0
  const hasEnded = !isBeginning && behind > MOST_APART_SECONDS
  if (inSeconds(1, video) > LONGEST_TICK_SECONDS) return null
  if (Math.abs(behind) > MOST_APART_SECONDS && !hasEnded) return null
  const start = isBeginning ? head.bytes.length : position
  // What no list could hold is not planned to be read so: see `cutChunks`.
  const end = Math.min(source.size, start + LONGEST_LIST_BYTES)
  const counted = { video, audio: hasEnded ? null : audio }
  const index = aviIndex(counted, { pictures, sound }, startPts ?? 0)
  const own = headFor(head.bytes, end - start + JUNK_HEAD_BYTES)
  const chunks = { source: withRecentBlocks(source, signal), start, end }
  return joined(own, chunks, passedOver(index))
}

function tracksOf(hdrl: Buffer): AviTracks | null {
  try {
    return readAviTracks(hdrl)
  } catch (error) {
    if (error instanceof NoteGivenUp) return null
    throw error
  }
}

const inSeconds = (ticks: number, { timeBase }: { timeBase: Rational }): number =>
  (ticks * timeBase[0]) / timeBase[1]
const inTicks = (seconds: number, { timeBase }: { timeBase: Rational }): number =>
  (seconds * timeBase[1]) / timeBase[0]
const soundAt = (audio: NonNullable<AviTracks['audio']>, sound: number): number =>
  inSeconds(audio.start + sound / Math.max(1, audio.sampleBytes), audio)

/** The head of a file whose list of chunks is so long, and whose only index comes after it. */
function headFor(head: Buffer, listBytes: number): Buffer {
  const own = Buffer.from(head)
  own.writeUInt32LE(own.length - 8 + listBytes, 4)
  own.writeUInt32LE('movi'.length + listBytes, own.length - 8)
  for (let at = own.indexOf('indx'); at !== -1; at = own.indexOf('indx', at + 4))
    own.write('JUNK', at, 'latin1')
  return own
}

/** Who comes to the index after the last chunk passes over it: it is in a chunk that means nothing. */
function passedOver(index: Buffer): Buffer {
  const head = Buffer.from('JUNK\0\0\0\0', 'latin1')
  head.writeUInt32LE(index.length, 4)
  return Buffer.concat([head, index])
}
const JUNK_HEAD_BYTES = 8

/** A part of a source between what was made for it. */
function joined(
  before: Buffer,
  { source, start: from, end: to }: { source: FootageSource; start: number; end: number },
  after: Buffer,
): FootageSource {
  const [shift, partEnd] = [from - before.length, before.length + to - from]
  return {
    size: partEnd + after.length,
    async *read(start, endExclusive, signal) {
      if (start < before.length) yield before.subarray(start, endExclusive)
      const [first, last] = [Math.max(start, before.length), Math.min(endExclusive, partEnd)]
      if (first < last) yield* source.read(first + shift, last + shift, signal)
      if (endExclusive > partEnd)
        yield after.subarray(Math.max(start, partEnd) - partEnd, endExclusive - partEnd)
    },
  }
}
