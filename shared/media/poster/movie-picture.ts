import { readBoxHeader } from '../mp4/boxes.ts'
import { DEPENDS, NON_SYNC, samplesOfFragment } from '../mp4/fragment-samples.ts'
import { readInitialisedTracks } from '../mp4/initialisation.ts'
import { readMovieHeader } from '../mp4/movie-header.ts'
import { movieOfOneSample } from '../mp4/one-sample.ts'
import { samplesOf } from '../mp4/samples.ts'
import { readTracks } from '../mp4/tracks.ts'
import { type FootageSource, readBytes } from '../source.ts'
import type { OnePicture, PictureWanted } from './picture-wanted.ts'

const BOX_HEADER_BYTES = 16

type Place = { at: number; size: number }

/**
 * By the sample tables of its header, or by those of its fragments from `position` on.
 * @throws MalformedBoxError
 */
export const movieOfOnePicture: OnePicture = async (source, wanted, signal) => {
  const header = await readMovieHeader(source, signal)
  if (header.kind === 'unfinished') return null
  const { kind, moov } = header
  const place =
    kind === 'indexed'
      ? inTables(moov, source.size, wanted)
      : await inFragments(moov, source, wanted, signal)
  if (!place || place.size > wanted.most || place.at + place.size > source.size) return null
  const sample = await readBytes(source, place.at, place.at + place.size, signal)
  return movieOfOneSample(moov, wanted.stream, sample)
}

function inTables(moov: Buffer, fileSize: number, { stream, pts }: PictureWanted): Place | null {
  const track = readTracks(moov).find(({ index }) => index === stream)
  for (const sample of track ? samplesOf(moov, track, fileSize) : [])
    if (sample.sync && sample.pts === pts) return { at: sample.offset, size: sample.size }
  return null
}

/**
 * Fragment by fragment, of which only the headers are read. How much later than they say their
 * pictures are shown is told by the first one (see `FragmentedReader`).
 */
async function inFragments(
  moov: Buffer,
  source: FootageSource,
  { stream, pts, position, most }: PictureWanted,
  signal: AbortSignal,
): Promise<Place | null> {
  const tracks = readInitialisedTracks(moov)
  let shift: number | null = null
  let left = most
  for (let at = position ?? source.size; at + BOX_HEADER_BYTES <= source.size; ) {
    const head = await readBytes(source, at, at + BOX_HEADER_BYTES, signal)
    const { type, size, headerBytes } = readBoxHeader(head)
    left -= type === 'moof' ? size : headerBytes
    if (size < headerBytes || left < 0) return null
    if (type === 'moof') {
      const moof = await readBytes(source, at, at + size, signal)
      const pictures = [...samplesOfFragment(moof, tracks, at)].filter(
        ({ track }) => track === tracks[stream],
      )
      if (pictures.length > 0)
        shift ??= pictures.reduce((early, { dts, pts }) => Math.max(early, dts - pts), 0)
      for (const one of pictures)
        if (one.pts + (shift ?? 0) === pts && (one.flags & (NON_SYNC | DEPENDS)) === 0)
          return one.size <= left ? one : null
    }
    at += size
  }
  return null
}
