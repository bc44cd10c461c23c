import { type Unplayable, unplayable } from '../description.ts'
import type { KeyframeIndex } from '../keyframe-index.ts'
import type { RenditionPlan } from '../plan.ts'
import { type Group, groupsOf } from './groups.ts'

/**
 * What a job can carry of a group of pictures, which is copied in one piece: each takes about 240 s
 * of its 570 by itself, by the rates measured in README.md on a busy machine. Of several each takes
 * its share.
 */
const MOST_CARRIED = {
  bytes: 8 * 1024 ** 3,
  /** Of picture and sound. */
  packets: 4_000_000,
  /** Each channel counts. */
  encodedSoundSeconds: 8 * 3600,
}
/** The shortest frame that is met, that of AAC, and what is made of other sound. */
const SOUND_FRAME_SAMPLES = 1024
const ENCODED_CHANNELS = 2

/**
 * Why a recording can be neither copied nor encoded anew for players within a job; null: it can.
 */
export function flawOfPlan(plan: RenditionPlan, keyframes: KeyframeIndex): Unplayable | null {
  const { copy, proxyOmitted } = plan
  if (copy.video.method === 'encoded' && proxyOmitted !== null)
    return unplayable('no-keyframe', `Its ${copy.video.reason}, and ${proxyOmitted}.`)
  const groups = groupsOf(plan.media, keyframes)
  const each = besides(plan, groups)
  const heavy = groups.find((group) => loadOf(group, each) > 1)
  return heavy ? unplayable('too-large-group', tooLarge(heavy)) : null
}

/** What lies in a recording besides its pictures, for each of its seconds. */
type Besides = { bytes: number; packets: number; encodedSoundSeconds: number }

function besides({ media, audio }: RenditionPlan, groups: readonly Group[]): Besides {
  const sum = (of: (group: Group) => number) => groups.reduce((all, group) => all + of(group), 0)
  const bytes = Math.max(0, media.sizeBytes - sum((group) => group.bytes))
  const { sampleRate = 0, channels = 0 } = (audio && media.audio) ?? {}
  return {
    bytes:
      bytes /
      Math.max(
        1,
        sum(({ seconds }) => seconds),
      ),
    packets: sampleRate / SOUND_FRAME_SAMPLES,
    encodedSoundSeconds: audio?.method === 'encoded' ? Math.min(channels, ENCODED_CHANNELS) : 0,
  }
}

/** In shares of what a job can carry. */
const loadOf = ({ bytes, packets, seconds }: Group, each: Besides): number =>
  (bytes + seconds * each.bytes) / MOST_CARRIED.bytes +
  (packets + seconds * each.packets) / MOST_CARRIED.packets +
  (seconds * each.encodedSoundSeconds) / MOST_CARRIED.encodedSoundSeconds

const tooLarge = ({ seconds, bytes, packets }: Group): string =>
  `A group of pictures that cannot be divided, of ${Math.round(seconds / 60)} minutes, ${(bytes / 1024 ** 3).toFixed(1)} GiB and ${packets} pictures, is more than a job can carry.`
