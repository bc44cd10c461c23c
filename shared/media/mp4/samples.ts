import { type Box, findBox, MalformedBoxError, safeInteger } from './boxes.ts'
import type { Track } from './tracks.ts'

/** One sample of a track: when it is decoded and shown (in the timescale) and where it lies. */
export type Sample = {
  dts: number
  pts: number
  duration: number
  sync: boolean
  offset: number
  size: number
}

/**
 * Walks the samples of a track in decoding order (ISO/IEC 14496-12 §8.6, §8.7) without building
 * a list of them. Each table is first checked against its box, and the number of samples against
 * the size of the file, so that a few bytes cannot claim millions of samples.
 * The same object is yielded each time: copy what you keep.
 * @throws MalformedBoxError
 */
export function* samplesOf(moov: Buffer, track: Track, fileSize: number): Generator<Sample> {
  const table = (type: string, entryBytes: number) =>
    openTable(moov, findBox(moov, track.tables, [type]), entryBytes)
  const times = table('stts', 8)
  const compositions = table('ctts', 8)
  const syncs = table('stss', 4)
  const chunkRuns = table('stsc', 12)
  const offsets = table('co64', 8) ?? table('stco', 4)
  const sizes = openSizes(moov, findBox(moov, track.tables, ['stsz']), fileSize)
  if (!times || !chunkRuns || !offsets || !sizes) {
    if (sizes && sizes.count > 0) throw new MalformedBoxError('A sample table is missing.')
    return
  }
  const longOffsets = offsets.entryBytes === 8
  const sample: Sample = { dts: 0, pts: 0, duration: 0, sync: true, offset: 0, size: 0 }
  const time = runCursor(moov, times)
  const composition = compositions && runCursor(moov, compositions)
  let [syncIndex, run, inChunk, chunk] = [0, 0, 0, 0]
  for (let n = 0; n < sizes.count; n++) {
    if (inChunk === 0) {
      if (chunk >= offsets.count) throw new MalformedBoxError('There are more samples than chunks.')
      const nextRun = run + 1
      if (nextRun < chunkRuns.count && moov.readUInt32BE(chunkRuns.at + nextRun * 12) - 1 <= chunk)
        run = nextRun
      inChunk = moov.readUInt32BE(chunkRuns.at + run * 12 + 4)
      if (inChunk === 0) throw new MalformedBoxError('A chunk of no samples.')
      const at = offsets.at + chunk * offsets.entryBytes
      sample.offset = longOffsets ? safeInteger(moov.readBigUInt64BE(at)) : moov.readUInt32BE(at)
      sample.size = 0
      chunk++
    }
    inChunk--
    sample.offset += sample.size
    sample.size = sizes.of(n)
    sample.dts += sample.duration
    sample.duration = time.next()
    sample.pts = sample.dts + (composition ? composition.next() | 0 : 0)
    sample.sync = !syncs
    if (syncs && syncIndex < syncs.count && moov.readUInt32BE(syncs.at + syncIndex * 4) === n + 1) {
      sample.sync = true
      syncIndex++
    }
    yield sample
  }
}

/**
 * How many samples there are, the sum of their durations and the longest one, in the timescale,
 * from the time table alone (§8.6.1.2).
 */
export function sampleDurations(
  moov: Buffer,
  track: Track,
): { count: number; total: number; longest: number } {
  const times = openTable(moov, findBox(moov, track.tables, ['stts']), 8)
  let [count, total, longest] = [0, 0, 0]
  for (let entry = 0; times && entry < times.count; entry++) {
    const at = times.at + entry * 8
    const [samples, duration] = [moov.readUInt32BE(at), moov.readUInt32BE(at + 4)]
    count += samples
    total += samples * duration
    longest = Math.max(longest, duration)
  }
  return { count, total, longest }
}

/** The entries of a table: where they begin, how many there are, and how long each is. */
export type Table = { at: number; count: number; entryBytes: number }

/**
 * Opens a table that says itself how many entries it has; null where there is no box.
 * @throws MalformedBoxError if its box cannot hold them
 */
export function openTable(bytes: Buffer, box: Box | null, entryBytes: number): Table | null {
  if (!box) return null
  const count = box.end - box.bodyStart >= 8 ? bytes.readUInt32BE(box.bodyStart + 4) : -1
  const at = box.bodyStart + 8
  if (count < 0 || at + count * entryBytes > box.end)
    throw new MalformedBoxError(
      `Table ${box.type} says ${count} entries, which its box cannot hold.`,
    )
  return { at, count, entryBytes }
}

function openSizes(bytes: Buffer, box: Box | null, fileSize: number) {
  if (!box) return null
  if (box.end - box.bodyStart < 12) throw new MalformedBoxError('Table stsz is cut off.')
  const constant = bytes.readUInt32BE(box.bodyStart + 4)
  const count = bytes.readUInt32BE(box.bodyStart + 8)
  const at = box.bodyStart + 12
  const held = constant > 0 ? count * constant <= fileSize : at + count * 4 <= box.end
  if (!held)
    throw new MalformedBoxError(`${count} samples are declared, more than the file can hold.`)
  return { count, of: (n: number) => constant || bytes.readUInt32BE(at + n * 4) }
}

/** Walks a run-length table of (count, value); the last value holds for whatever follows. */
function runCursor(bytes: Buffer, table: Table): { next(): number } {
  let [entry, left, value] = [0, 0, 0]
  return {
    next() {
      while (left === 0 && entry < table.count) {
        left = bytes.readUInt32BE(table.at + entry * 8)
        value = bytes.readUInt32BE(table.at + entry * 8 + 4)
        entry++
      }
      if (left > 0) left--
      return value
    },
  }
}
