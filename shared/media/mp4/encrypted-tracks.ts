import { findBox } from './boxes.ts'
import { readTracks } from './tracks.ts'

/** Sample entries of tracks whose samples are encrypted (ISO/IEC 14496-12 §8.12). */
const PROTECTED_ENTRIES = ['encv', 'enca', 'enct', 'encs', 'encm']

/**
 * The tracks of a movie header whose samples nobody without a key can decode, by index. ffmpeg would
 * take what is encrypted for damaged pictures.
 * @throws MalformedBoxError
 */
export const encryptedTracks = (moov: Buffer): number[] =>
  readTracks(moov).flatMap(({ index, tables }) => {
    const described = findBox(moov, tables, ['stsd'])
    // Version, flags and the count of entries come before the first entry (§8.5.2).
    const typeAt = (described?.bodyStart ?? 0) + 12
    const type = described ? moov.toString('latin1', typeAt, typeAt + 4) : ''
    return PROTECTED_ENTRIES.includes(type) ? [index] : []
  })
