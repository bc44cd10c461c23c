import { type Box, boxesIn, findBox, MalformedBoxError, safeInteger } from './boxes.ts'
import type { InitialisedTrack } from './initialisation.ts'

/** What is needed of a track to read its samples out of fragments. */
export type FragmentTrack = Pick<InitialisedTrack, 'id' | 'defaults'>

/** A sample as a movie fragment lists it, times in its track's timescale. */
export type FragmentSample<T extends FragmentTrack> = {
  track: T
  dts: number
  pts: number
  duration: number
  size: number
  /** §8.8.3.1. */
  flags: number
  /** Where it is in the file. */
  at: number
}

/** `sample_is_non_sync_sample` of the sample flags (§8.8.3.1). */
export const NON_SYNC = 0x10000
/** `sample_depends_on` 1: not an I picture. */
export const DEPENDS = 0x1000000

/**
 * The samples of a `moof` box (ISO/IEC 14496-12 §8.8.4) in the order in which it lists them. A run
 * may declare more of them than its bytes could hold, so whoever reads hostile files must count.
 * `position` is where the box is in the file.
 * @throws MalformedBoxError; RangeError where a table is cut off
 */
export function* samplesOfFragment<T extends FragmentTrack>(
  moof: Buffer,
  tracks: readonly T[],
  position: number,
): Generator<FragmentSample<T>> {
  let dataEnd = position
  const fragment = boxesIn(moof).next().value as Box
  for (const traf of boxesIn(moof, fragment.bodyStart, fragment.end)) {
    if (traf.type !== 'traf') continue
    const tfhd = findBox(moof, traf, ['tfhd'])
    const tfdt = findBox(moof, traf, ['tfdt'])
    if (!tfhd || !tfdt) throw new MalformedBoxError('A fragment without times.')
    const track = tracks.find(({ id }) => id === moof.readUInt32BE(tfhd.bodyStart + 4))
    if (!track) throw new MalformedBoxError('A fragment of an unknown track.')
    const defaults = fragmentDefaults(moof, tfhd, track)
    const base = dataBase(moof, tfhd, position) ?? dataEnd
    const next = { dts: decodeTime(moof, tfdt), at: base }
    for (const trun of boxesIn(moof, traf.bodyStart, traf.end))
      if (trun.type === 'trun') yield* samplesOfRun(moof, trun, track, defaults, base, next)
    dataEnd = next.at
  }
}

/** `tfdt` (§8.8.12). */
const decodeTime = (moof: Buffer, tfdt: Box): number =>
  moof[tfdt.bodyStart] === 1
    ? safeInteger(moof.readBigInt64BE(tfdt.bodyStart + 4))
    : moof.readUInt32BE(tfdt.bodyStart + 4)

/** From where `tfhd` counts offsets (§8.8.7.1); null: from the end of the track before. */
function dataBase(moof: Buffer, tfhd: Box, position: number): number | null {
  const flags = moof.readUIntBE(tfhd.bodyStart + 1, 3)
  if (flags & 0x1) return safeInteger(moof.readBigUInt64BE(tfhd.bodyStart + 8))
  return flags & 0x20000 ? position : null
}

type Defaults = { duration: number; size: number; flags: number }

/** `tfhd` (§8.8.7) overrides what the initialisation section says. */
function fragmentDefaults(moof: Buffer, tfhd: Box, track: FragmentTrack): Defaults {
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

/** `trun` (§8.8.8). */
function* samplesOfRun<T extends FragmentTrack>(
  moof: Buffer,
  trun: Box,
  track: T,
  defaults: Defaults,
  base: number,
  next: { dts: number; at: number },
): Generator<FragmentSample<T>> {
  const flags = moof.readUIntBE(trun.bodyStart + 1, 3)
  const count = moof.readUInt32BE(trun.bodyStart + 4)
  const fields = fieldReader(moof, trun.bodyStart + 8)
  if (flags & 0x1) next.at = base + (fields.next() | 0)
  const firstFlags = flags & 0x4 ? fields.next() : null
  for (let n = 0; n < count; n++) {
    const duration = flags & 0x100 ? fields.next() : defaults.duration
    const size = flags & 0x200 ? fields.next() : defaults.size
    const own = flags & 0x400 ? fields.next() : defaults.flags
    const composition = flags & 0x800 ? fields.next() | 0 : 0
    yield {
      track,
      dts: next.dts,
      pts: next.dts + composition,
      duration,
      size,
      flags: n === 0 && firstFlags !== null ? firstFlags : own,
      at: next.at,
    }
    next.at += size
    next.dts += duration
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
