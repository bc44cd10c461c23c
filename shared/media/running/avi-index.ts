import type { Rational } from '../description.ts'
import type { AviTracks } from '../noting/avi-tracks.ts'

const ENTRY_BYTES = 16
/** `AVIIF_KEYFRAME` */
const KEYFRAME = 0x10
/** The first chunk, as the entries count; what is before it; and what is behind all others. */
const FIRST = 64
const BEFORE_PICTURES = [FIRST - 12, FIRST - 11] as const
const BEFORE_SOUND = [FIRST - 4, FIRST - 3] as const
const FAR = 2 ** 30
/** One entry stands for no more sound than this: ffmpeg counts in 31 bits. */
const MOST_BYTES = 1024 ** 3
/** How much later than both first chunks that is to which ffmpeg is sent, and all that is behind. */
const LEAD_SECONDS = 1
/** Entries that the index promises and does not have. */
const MISSING = 64

/**
 * An index (`idx1`) of the chunks that begin after so many pictures and so much sound, in the units
 * in which they are counted (`noting/avi.ts`), for ffmpeg alone, which is sent at most to `sentTo`, in
 * ticks of the pictures. It adds up what the entries of a
 * track last, and those without length have no place in it. It is sent to a moment, goes to the
 * earliest place that it finds for either track, and counts each on from its first entry there. So
 *
 * - there is a picture later than the first ones of both tracks, to which it is sent;
 * - all these lead to the first chunk or to within it, for two at one place, or one track far before
 *   the other, make ffmpeg read the tracks apart, by the index and by nothing else;
 * - the last ones, later than it is ever sent to, lie far away, so that it adds none of its own;
 * - and the index breaks off: in a whole one it believes when tracks are 2 s apart.
 */
export function aviIndex(
  { video, audio }: AviTracks,
  passed: { pictures: number; sound: number },
  sentTo: number,
): Buffer {
  const seconds = video.timeBase[0] / video.timeBase[1]
  const pictureAt = (video.start + passed.pictures) * seconds
  const sound = audio && { ...audio, ...countingOf(audio) }
  const soundAt = sound ? sound.secondsAt(passed.sound) : pictureAt
  const later = Math.max(pictureAt, soundAt) + LEAD_SECONDS
  const isBehind = soundAt <= pictureAt
  const [soundPlace, picturePlace, laterPlace] = isBehind ? [0, 2, 4] : [4, 2, 0]
  const pictures = Math.ceil((later - pictureAt) / seconds)
  const last = Math.max(sentTo, video.start + passed.pictures + pictures) + 1

  const entries: Entry[] = []
  const picture = { id: idOf(video, 'dc'), length: 1 }
  const passPictures = (count: number) => {
    for (let n = 0; n < count; n++)
      entries.push({ ...picture, at: BEFORE_PICTURES[n % 2 ? 1 : 0], length: 0 })
  }
  passPictures(passed.pictures)
  // The first entry of all tells where the first chunk is.
  if (entries[0]) entries[0].at = FIRST
  const id = sound ? idOf(sound, 'wb') : ''
  if (sound) {
    for (const [n, length] of sound.lengthsOf(passed.sound).entries())
      entries.push({ id, at: BEFORE_SOUND[n % 2 ? 1 : 0], length })
    const [length = 1, ...more] = sound.lengthsOf(sound.unitsIn(last * seconds - soundAt))
    entries.push({ id, at: FIRST + soundPlace, length: Math.max(1, length) })
    for (const [n] of more.entries())
      entries.push({ id, at: BEFORE_SOUND[n % 2 ? 1 : 0], length: 0 })
  }
  entries.push({ ...picture, at: FIRST + (sound ? picturePlace : 0) })
  passPictures(pictures - 1)
  entries.push({ ...picture, at: FIRST + (sound ? laterPlace : 2) })
  passPictures(last - (video.start + passed.pictures + pictures) - 1)
  entries.push({ ...picture, at: FAR })
  if (sound) entries.push({ id, at: FAR + 2, length: 1 })
  return encode(entries)
}

/** What the entries of sound last: by their bytes, by the blocks that they begin, or one each. */
function countingOf({ start, timeBase, sampleBytes, blockBytes }: NonNullable<AviTracks['audio']>) {
  const [numerator, denominator]: Rational = timeBase
  const unitBytes = sampleBytes > 0 ? 1 : blockBytes
  const most = unitBytes > 0 ? Math.floor(MOST_BYTES / unitBytes) : 1
  const perTick = Math.max(1, sampleBytes)
  return {
    secondsAt: (units: number) => ((start + units / perTick) * numerator) / denominator,
    unitsIn: (seconds: number) => Math.ceil((seconds * denominator) / numerator) * perTick,
    /** The lengths of entries that last so many units together. */
    lengthsOf: (units: number) =>
      Array.from(
        { length: Math.ceil(units / most) },
        (_, n) => Math.min(most, units - n * most) * unitBytes,
      ),
  }
}

const idOf = ({ number }: { number: number }, kind: 'dc' | 'wb'): string =>
  `${number}`.padStart(2, '0') + kind

/** A chunk as the index has it. */
type Entry = { id: string; at: number; length: number }

function encode(entries: readonly Entry[]): Buffer {
  const bytes = Buffer.alloc(8 + entries.length * ENTRY_BYTES)
  bytes.write('idx1', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length - 8 + MISSING * ENTRY_BYTES, 4)
  for (const [n, { id, at, length }] of entries.entries()) {
    const start = 8 + n * ENTRY_BYTES
    bytes.write(id, start, 'latin1')
    bytes.writeUInt32LE(KEYFRAME, start + 4)
    bytes.writeUInt32LE(at, start + 8)
    bytes.writeUInt32LE(length, start + 12)
  }
  return bytes
}
