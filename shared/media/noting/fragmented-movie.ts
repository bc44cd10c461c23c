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
import { type Tally, tallyPicture, tallySound } from '../packet-tally.ts'
import { NoteGivenUp, type UnitReader, type Wanted } from './feed.ts'
import type { NotedTracks } from './keyframe-note.ts'

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

export const fragmentedStateSchema = z.object({
  kind: z.literal('mov'),
  tracks: z.array(trackSchema),
  /** Bytes that the last fragment promises and that have not come. */
  promised: z.int().nonnegative(),
  /** By how much ffmpeg shifts pictures so that none is shown before it is decoded; null: not known yet. */
  shift: z.int().nonnegative().nullable(),
})
export type FragmentedState = z.infer<typeof fragmentedStateSchema>

export const fragmentedStart = (): FragmentedState => ({
  kind: 'mov',
  tracks: [],
  promised: 0,
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

  constructor(state: FragmentedState, tally: Tally) {
    this.#state = state
    this.#tally = tally
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
    return size
  }

  finish(): void {
    if (this.#state.promised > 0) throw new NoteGivenUp('A fragment is cut off.')
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
    return this.#state
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
    const samples: FragmentSample<Track>[] = []
    let early = 0
    for (const sample of samplesOfFragment(moof, this.#state.tracks)) {
      if (samples.push(sample) > MAX_FRAGMENT_SAMPLES || sample.size === 0)
        throw new NoteGivenUp('A fragment with more samples than can be.')
      if (sample.track.handler === 'vide') early = Math.max(early, sample.dts - sample.pts)
    }
    const shift = this.#state.shift ?? early
    this.#state.shift = shift
    if (early > shift) throw new NoteGivenUp('Pictures shown ever earlier.')
    for (const { track, pts, duration, size, flags } of samples) {
      this.#state.promised += size
      if (track.handler === 'vide')
        tallyPicture(this.#tally, {
          pts: pts + shift,
          duration,
          bytes: size,
          key: (flags & (NON_SYNC | DEPENDS)) === 0,
          // Read from the middle on, ffmpeg may not know the shift.
          ...(shift === 0 && { position }),
        })
      if (track.handler === 'soun') tallySound(this.#tally, pts, pts + duration)
    }
  }
}
