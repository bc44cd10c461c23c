import { type FootageSource, withSpans } from '../source.ts'
import { type Box, boxesIn, findBox, MalformedBoxError } from './boxes.ts'
import { readMovieHeader } from './movie-header.ts'
import { openTable, type Table } from './samples.ts'
import { readTracks } from './tracks.ts'
import { BOX_HEADER_BYTES, box } from './write-box.ts'

/** How much of a recording its beginning is. */
export const BEGINNING_SECONDS = 600

/**
 * A recording whose movie header speaks of its first ten minutes alone. ffmpeg reads all tables of
 * a header before anything else, which takes a second for twelve hours. A `free` box (ISO/IEC
 * 14496-12 §8.1.2) stands over what is left of the header: all media is where it was. Shorter
 * recordings, and those without an index, come back as they are.
 */
export async function beginningOf(
  source: FootageSource,
  signal: AbortSignal,
): Promise<FootageSource> {
  const header = await readMovieHeader(source, signal)
  if (header.kind !== 'indexed') return source
  const { moov, offset } = header
  const cut = cutMovie(moov)
  const left = moov.length - (cut?.length ?? moov.length)
  if (!cut || left < BOX_HEADER_BYTES) return source
  const free = box('free')
  free.writeUInt32BE(left)
  return withSpans(source, [{ start: offset, bytes: Buffer.concat([cut, free]) }])
}

/** The header with its tables cut short, or null if some track's tables are not understood. */
function cutMovie(moov: Buffer): Buffer | null {
  const movie = boxesIn(moov).next().value as Box
  let isUnderstood = true
  const timescales = new Map(readTracks(moov).map((track) => [track.tables.start, track.timescale]))
  const cut = withReplaced(moov, movie, ['trak', 'mdia', 'minf', 'stbl'], (tables) => {
    const shorter = cutTables(moov, tables, timescales.get(tables.start) ?? 1)
    isUnderstood &&= shorter !== null
    return shorter ?? Buffer.alloc(0)
  })
  return isUnderstood ? cut : null
}

/** A box with whatever lies at a path inside it replaced. */
function withReplaced(
  moov: Buffer,
  within: Box,
  [type, ...deeper]: string[],
  replace: (found: Box) => Buffer,
): Buffer {
  const children = [...boxesIn(moov, within.bodyStart, within.end)].map((child) => {
    if (child.type !== type) return bytesOf(moov, child)
    return deeper.length > 0 ? withReplaced(moov, child, deeper, replace) : replace(child)
  })
  return box(within.type, ...children)
}

/**
 * The sample tables (§8.5 to §8.7) of the samples that are decoded at the beginning, up to the end
 * of the chunk of the file in which the last of them lies. What other boxes say of samples is left
 * out.
 */
function cutTables(moov: Buffer, tables: Box, timescale: number): Buffer | null {
  const boxOf = (type: string) => findBox(moov, tables, [type])
  const [stsd, stts, stsc, stsz] = ['stsd', 'stts', 'stsc', 'stsz'].map(boxOf)
  const offsets = boxOf('co64') ?? boxOf('stco')
  const times = openTable(moov, stts ?? null, 8)
  const runs = openTable(moov, stsc ?? null, 12)
  const places = openTable(moov, offsets, offsets?.type === 'co64' ? 8 : 4)
  if (!stsd || !stts || !stsc || !stsz || !offsets || !times || !runs || !places) return null
  const wanted = samplesBefore(moov, times, BEGINNING_SECONDS * timescale)
  const { chunks, samples, entries } = chunksOf(moov, runs, places.count, wanted)
  const [ctts, stss] = [boxOf('ctts'), boxOf('stss')]
  const compositions = openTable(moov, ctts, 8)
  const syncs = openTable(moov, stss, 4)
  const isConstant = moov.readUInt32BE(stsz.bodyStart + 4) > 0
  const declared = moov.readUInt32BE(stsz.bodyStart + 8)
  const count = Math.min(samples, declared)
  const sizesAt = stsz.bodyStart + 12
  if (!isConstant && sizesAt + 4 * count > stsz.end)
    throw new MalformedBoxError('Table stsz is cut off.')
  return box(
    'stbl',
    bytesOf(moov, stsd),
    cutRuns(moov, stts, times, count),
    ...(ctts && compositions ? [cutRuns(moov, ctts, compositions, count)] : []),
    ...(stss && syncs ? [cutTable(moov, stss, syncs, syncsUpTo(moov, syncs, count))] : []),
    cutTable(moov, stsc, runs, entries),
    box(
      'stsz',
      moov.subarray(stsz.bodyStart, stsz.bodyStart + 8),
      numbers(count),
      isConstant ? Buffer.alloc(0) : moov.subarray(sizesAt, sizesAt + 4 * count),
    ),
    cutTable(moov, offsets, places, chunks),
  )
}

/** How many samples are decoded before that time. */
function samplesBefore(moov: Buffer, times: Table, end: number): number {
  let [samples, time] = [0, 0]
  for (let entry = 0; entry < times.count && time < end; entry++) {
    const at = times.at + entry * times.entryBytes
    const [count, duration] = [moov.readUInt32BE(at), moov.readUInt32BE(at + 4)]
    samples += duration > 0 ? Math.min(count, Math.ceil((end - time) / duration)) : count
    time += count * duration
  }
  return samples
}

/** The chunks that hold so many samples, how many these really hold, and the runs that say so. */
function chunksOf(moov: Buffer, runs: Table, all: number, wanted: number) {
  let [chunks, samples, entries] = [0, 0, 0]
  for (let run = 0; run < runs.count && samples < wanted && chunks < all; run++, entries++) {
    const at = runs.at + run * runs.entryBytes
    const next = run + 1 < runs.count ? moov.readUInt32BE(at + runs.entryBytes) - 1 : all
    const each = moov.readUInt32BE(at + 4)
    if (each === 0 || next <= chunks) throw new MalformedBoxError('A run of no samples.')
    const taken = Math.min(next - chunks, Math.ceil((wanted - samples) / each))
    chunks += taken
    samples += taken * each
  }
  return { chunks, samples, entries }
}

/** A run-length table (§8.6.1) of the first so many samples. */
function cutRuns(moov: Buffer, whole: Box, table: Table, samples: number): Buffer {
  let [entries, left] = [0, samples]
  for (; entries < table.count && left > 0; entries++)
    left -= moov.readUInt32BE(table.at + entries * table.entryBytes)
  const cut = Buffer.from(cutTable(moov, whole, table, entries))
  const last = cut.length - table.entryBytes
  if (left < 0) cut.writeUInt32BE(cut.readUInt32BE(last) + left, last)
  return cut
}

function syncsUpTo(moov: Buffer, syncs: Table, samples: number): number {
  let count = 0
  while (count < syncs.count && moov.readUInt32BE(syncs.at + count * 4) <= samples) count++
  return count
}

/** A table with its version and flags, of its first so many entries. */
const cutTable = (moov: Buffer, whole: Box, { at, entryBytes }: Table, entries: number): Buffer =>
  box(
    whole.type,
    moov.subarray(whole.bodyStart, whole.bodyStart + 4),
    numbers(entries),
    moov.subarray(at, at + entries * entryBytes),
  )

const bytesOf = (moov: Buffer, { start, end }: Box): Buffer => moov.subarray(start, end)

function numbers(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
