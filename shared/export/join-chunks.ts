import { BluelampError } from '../errors.ts'
import type { PlayableKind } from '../footage/ids.ts'
import { boxesIn } from '../media/mp4/boxes.ts'
import { type InitialisedTrack, readInitialisedTracks } from '../media/mp4/initialisation.ts'
import { segmentIndex } from '../media/mp4/segment-index.ts'
import { lengthOf, type PackedFile, type PackedSource } from '../records/packing-list.ts'
import type { StreamRow } from '../storage/tables/rendition-rows.ts'

/**
 * A rendition as one MP4 that any player opens by a double click: what its chunks hold, behind the
 * initialisation section of the first and an index over all segments. No byte of a picture changes.
 * @param initialisation that section, as it lies in the first chunk
 * @throws BluelampError `conflict` if the chunks cannot follow each other in one file
 */
export function joinChunks(
  kind: PlayableKind,
  rows: readonly StreamRow[],
  initialisation: Buffer,
): PackedFile {
  const [first] = rows
  if (!first || rows.some(({ output }) => output.codecs !== first.output.codecs)) {
    throw new BluelampError('conflict', `The chunks of the ${kind} do not make one file.`)
  }
  const index = segmentIndex(
    pictureTrackOf(initialisation),
    first.output.startSeconds,
    rows.flatMap(({ output }) => output.segments),
  )
  const sources: PackedSource[] = [
    { from: 'rendition', blob: first.blob, start: 0, end: first.output.initBytes },
    { from: 'bytes', base64: index.toString('base64') },
    ...rows.map(({ blob, output }) => ({
      from: 'rendition' as const,
      blob,
      start: output.initBytes,
      end: output.bytes,
    })),
  ]
  const size = sources.reduce((sum, source) => sum + lengthOf(source), 0)
  return { name: `renditions/${kind}.mp4`, size, sha256: null, sources }
}

function pictureTrackOf(initialisation: Buffer): InitialisedTrack {
  for (const { type, start, end } of boxesIn(initialisation)) {
    if (type !== 'moov') continue
    const tracks = readInitialisedTracks(initialisation.subarray(start, end))
    const pictures = tracks.find(({ kind }) => kind === 'video')
    if (pictures) return pictures
  }
  throw new BluelampError('damaged-record', 'A rendition begins without a picture track.')
}
