import { type Box, boxesIn, findBox, MalformedBoxError } from './boxes.ts'
import { BOX_HEADER_BYTES, box, fullBox } from './write-box.ts'

/**
 * An MP4 file of one sample of a track: the track's own description (ISO/IEC 14496-12 §8.3, §8.4),
 * with a sample table for this one (§8.5). An edit list, which could hide it, is left out.
 * `trackIndex` is the position of the track in the movie header that it was taken from.
 * @throws MalformedBoxError
 */
export function movieOfOneSample(moov: Buffer, trackIndex: number, sample: Buffer): Buffer {
  const movie = boxesIn(moov).next().value as Box | undefined
  if (!movie) throw new MalformedBoxError('The movie header is empty.')
  const tracks = [...boxesIn(moov, movie.bodyStart, movie.end)].filter((b) => b.type === 'trak')
  const trak = tracks[trackIndex]
  if (!trak) throw new MalformedBoxError(`There is no track ${trackIndex}.`)
  const fileType = box('ftyp', Buffer.from('isom\0\0\0\0isom'))
  const header = (mediaAt: number) =>
    box(
      'moov',
      taken(moov, movie, ['mvhd']),
      box(
        'trak',
        taken(moov, trak, ['tkhd']),
        box(
          'mdia',
          taken(moov, trak, ['mdia', 'mdhd']),
          taken(moov, trak, ['mdia', 'hdlr']),
          box(
            'minf',
            taken(moov, trak, ['mdia', 'minf', 'vmhd']),
            taken(moov, trak, ['mdia', 'minf', 'dinf']),
            box(
              'stbl',
              taken(moov, trak, ['mdia', 'minf', 'stbl', 'stsd']),
              ...tablesOfOne(sample.length, mediaAt),
            ),
          ),
        ),
      ),
    )
  const mediaAt = fileType.length + header(0).length + BOX_HEADER_BYTES
  return Buffer.concat([fileType, header(mediaAt), box('mdat', sample)])
}

/** One sample, a sync sample as there is no `stss` (§8.6.2), in one chunk of the file. */
const tablesOfOne = (size: number, offset: number): Buffer[] => [
  fullBox('stts', 1, 1, 1),
  fullBox('stsc', 1, 1, 1, 1),
  fullBox('stsz', size, 1),
  fullBox('stco', 1, offset),
]

/** A box as it stands in the movie header; nothing where it is missing. */
function taken(moov: Buffer, within: Box, path: string[]): Buffer {
  const found = findBox(moov, within, path)
  return found ? moov.subarray(found.start, found.end) : Buffer.alloc(0)
}
