import type { RenditionPlan } from '../plan.ts'
import { type FootageSource, readBytes, withSpans } from '../source.ts'
import { boxesIn, findBox, MalformedBoxError, readBoxHeader } from './boxes.ts'
import { samplesOfFragment } from './fragment-samples.ts'
import { readInitialisedTracks } from './initialisation.ts'
import { readMovieHeader } from './movie-header.ts'

/** An hour in fragments of less than a second; one chunk of a recording has fewer. */
const MAX_BOXES = 8192
/** A fragment's header with a hundred thousand samples. */
const MAX_MOOF_BYTES = 8 * 1024 * 1024

/**
 * A fragmented movie that breaks off as if its last fragment had listed only what is there: ffmpeg
 * ends at the first sample that it cannot read, though others that it would read later are whole.
 * Runs are made shorter by their count (`trun`, ISO/IEC 14496-12 §8.8.8); all else is where it was.
 * @throws MalformedBoxError
 */
export async function withWholeSamples(
  source: FootageSource,
  { media, truncatedAtSeconds, chunks }: RenditionPlan,
  signal: AbortSignal,
): Promise<FootageSource> {
  const position = chunks.at(-1)?.position ?? null
  if (media.container !== 'mov' || truncatedAtSeconds === null || position === null) return source
  const header = await readMovieHeader(source, signal)
  if (header.kind !== 'fragmented') return source
  const from = Math.max(position, header.offset + header.moov.length)
  const last = await lastFragment(source, from, signal)
  if (!last) return source
  const counts = wholeCounts(last.moof, last.at, header.moov, source.size)
  return withSpans(source, counts)
}

async function lastFragment(source: FootageSource, from: number, signal: AbortSignal) {
  let last: { at: number; end: number } | null = null
  let at = from
  for (let count = 0; at + 16 <= source.size; count++) {
    if (count >= MAX_BOXES) throw new MalformedBoxError('Too many boxes near the end.')
    const { type, size, headerBytes } = readBoxHeader(await readBytes(source, at, at + 16, signal))
    if (size < headerBytes) return null
    if (type === 'moof' && at + size <= source.size) last = { at, end: at + size }
    at += size
  }
  if (!last || last.end - last.at > MAX_MOOF_BYTES) return null
  return { at: last.at, moof: await readBytes(source, last.at, last.end, signal) }
}

/** For each run that goes on beyond the end, its count of the samples that do not. */
function wholeCounts(moof: Buffer, position: number, moov: Buffer, size: number) {
  const counts: { start: number; bytes: Buffer }[] = []
  const samples = samplesOfFragment(moof, readInitialisedTracks(moov), position)
  for (const run of runsOf(moof)) {
    const declared = moof.readUInt32BE(run.bodyStart + 4)
    let whole = 0
    for (let n = 0; n < declared; n++) {
      const { value } = samples.next()
      if (value && value.at + value.size <= size) whole++
    }
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(whole)
    if (whole < declared) counts.push({ start: position + run.bodyStart + 4, bytes })
  }
  return counts
}

function* runsOf(moof: Buffer) {
  const [fragment] = boxesIn(moof)
  for (const traf of fragment ? boxesIn(moof, fragment.bodyStart, fragment.end) : []) {
    if (traf.type !== 'traf' || !findBox(moof, traf, ['tfhd'])) continue
    for (const trun of boxesIn(moof, traf.bodyStart, traf.end)) if (trun.type === 'trun') yield trun
  }
}
