import { z } from 'zod'
import { readBoxHeader } from '../mp4/boxes.ts'
import {
  DEPENDS,
  type FragmentSample,
  NON_SYNC,
  samplesOfFragment,
} from '../mp4/fragment-samples.ts'
import { readInitialisedTracks } from '../mp4/initialisation.ts'
import { readTracks } from '../mp4/tracks.ts'
import { NoteGivenUp, type UnitReader, type Wanted } from './feed.ts'
import type { NotedTracks } from './keyframe-note.ts'
import { type Tally, tallyPicture, tallySound } from './packet-tally.ts'

/** Hours of pictures in one fragment; a run can declare 2³² samples in 20 bytes. */
const MAX_FRAGMENT_SAMPLES = 500_000
const HEADER_BYTES = 8
const LONG_HEADER_BYTES = 16

const trackSchema = z.object({
  id: z.int(),
  handler: z.string(),
  timescale: z.int(),
  defaults: z.object({ duration: z.int(), size: z.int(), flags: z.int() }),
})

type Track = z.infer<typeof trackSchema>

/** What the next worker must know to go on in the middle of a fragmented movie. */
export const fragmentedStateSchema = z.object({
  kind: z.literal('mov'),
  tracks: z.array(trackSchema),
  /** The last fragment, whose samples count when their bytes are there. */
  fragment: z.object({ position: z.int(), moof: z.base64() }).nullable().default(null),
  /** Bytes that it promises and that have not begun to come. */
  promised: z.int().nonnegative(),
  /** Where the last box ends. */
  end: z.int().nonnegative().default(0),
  /** By how much ffmpeg shifts pictures so that none is shown before it is decoded; null: not known yet. */
  shift: z.int().nonnegative().nullable(),
  /** The latest fragment from which on ffmpeg knows that shift. */
  latestShifted: z.int().nonnegative().default(0),
})
export type FragmentedState = z.infer<typeof fragmentedStateSchema>

/** Before the first box. */
export const fragmentedStart = (): FragmentedState => ({
  kind: 'mov',
  tracks: [],
  fragment: null,
  promised: 0,
  end: 0,
  latestShifted: 0,
  shift: null,
})

/**
 * Counts the samples of a fragmented MP4 by its `moof` boxes; media data is skipped. Times are
 * those of `tfdt`: edit lists are ignored, as everywhere.
 */
export class FragmentedReader implements UnitReader {
  readonly headBytes = HEADER_BYTES
  readonly #state: FragmentedState
  readonly #tally: Tally
  #fragment: { position: number; moof: Buffer } | null

  constructor(state: FragmentedState, tally: Tally) {
    this.#state = state
    this.#tally = tally
    const { fragment } = state
    this.#fragment = fragment && { ...fragment, moof: Buffer.from(fragment.moof, 'base64') }
  }

  take(bytes: Buffer, at: number, available: number, position: number): number | Wanted {
    if (bytes.readUInt32BE(at) === 1 && available < LONG_HEADER_BYTES)
      return { wanted: LONG_HEADER_BYTES }
    const { type, size, headerBytes } = readBoxHeader(bytes.subarray(at, at + available))
    if (size < headerBytes) throw new NoteGivenUp('A box without an end.')
    if (type === 'moov' || type === 'moof') {
      if (available < size) return { wanted: size }
      const box = bytes.subarray(at, at + size)
      if (type === 'moov') this.#takeMovie(box)
      else this.#takeFragment(box, position)
    } else if (type === 'mdat') this.#state.promised -= Math.min(size, this.#state.promised)
    this.#state.end = position + size
    return size
  }

  finish(length: number): boolean {
    const { end, promised } = this.#state
    const breaksOff = length !== end || promised > 0
    this.#countFragment(breaksOff ? length : Number.POSITIVE_INFINITY)
    return breaksOff
  }

  tracks(): NotedTracks | null {
    const timed = (handler: string): NotedTracks['audio'] => {
      const track = this.#state.tracks.find((each) => each.handler === handler)
      return track ? { timeBase: [1, track.timescale] } : null
    }
    const video = timed('vide')
    return video && { video, audio: timed('soun') }
  }

  state(): FragmentedState {
    const fragment = this.#fragment
    return {
      ...this.#state,
      fragment: fragment && { ...fragment, moof: fragment.moof.toString('base64') },
    }
  }

  #takeMovie(moov: Buffer): void {
    if (this.#state.tracks.length > 0) throw new NoteGivenUp('A second movie header.')
    if (!moov.includes('mvex', 0, 'latin1')) throw new NoteGivenUp('It has an index of its own.')
    const initialised = readInitialisedTracks(moov)
    this.#state.tracks = readTracks(moov).flatMap(({ index, handler, timescale, tables }) => {
      const track = initialised[index]
      const stsz = moov.indexOf('stsz', tables.bodyStart, 'latin1')
      if (stsz !== -1 && stsz < tables.end && moov.readUInt32BE(stsz + 12) > 0)
        throw new NoteGivenUp('Samples in the movie header and in fragments.')
      return track ? { id: track.id, handler, timescale, defaults: track.defaults } : []
    })
    for (const handler of ['vide', 'soun'])
      if (this.#state.tracks.filter((track) => track.handler === handler).length > 1)
        throw new NoteGivenUp(`Several ${handler} tracks.`)
  }

  #takeFragment(moof: Buffer, position: number): void {
    if (this.#state.promised > 0) throw new NoteGivenUp('A fragment without its media.')
    this.#countFragment()
    let samples = 0
    for (const { size } of samplesOfFragment(moof, this.#state.tracks, position)) {
      this.#state.promised += size
      if (++samples > MAX_FRAGMENT_SAMPLES || size === 0)
        throw new NoteGivenUp('A fragment with more samples than can be.')
    }
    // What it is a part of may be filled again before its turn comes.
    this.#fragment = { position, moof: Buffer.from(moof) }
  }

  /** Counts the samples of the last fragment that end before this byte of the file. */
  #countFragment(length = Number.POSITIVE_INFINITY): void {
    if (!this.#fragment) return
    const { position, moof } = this.#fragment
    this.#fragment = null
    const samples = [...samplesOfFragment(moof, this.#state.tracks, position)]
    const shift = this.#takeShift(samples, position)
    for (const { track, pts, duration, size, flags, at } of samples) {
      if (at + size > length) continue
      if (track.handler === 'vide')
        tallyPicture(this.#tally, {
          pts: pts + shift,
          duration,
          bytes: size,
          key: (flags & (NON_SYNC | DEPENDS)) === 0,
          position: this.#state.latestShifted,
        })
      if (track.handler === 'soun') tallySound(this.#tally, pts, pts + duration)
    }
  }

  #takeShift(samples: readonly FragmentSample<Track>[], position: number): number {
    const pictures = samples.filter(({ track }) => track.handler === 'vide')
    const early = pictures.reduce((most, { dts, pts }) => Math.max(most, dts - pts), 0)
    if (pictures.length > 0) this.#state.shift ??= early
    const shift = this.#state.shift ?? 0
    if (early > shift) throw new NoteGivenUp('Pictures shown ever earlier.')
    // Read from this fragment on, ffmpeg finds the shift in it.
    if (early === shift) this.#state.latestShifted = position
    return shift
  }
}
