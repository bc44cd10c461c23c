import { describe, expect, it } from 'vitest'
import { readMovieHeader } from '../../../../shared/media/mp4/movie-header.ts'
import { box } from '../../../../shared/media/mp4/write-box.ts'
import { HeaderCache } from '../../../../shared/media/probing/header-cache.ts'
import { type FootageSource, readBytes } from '../../../../shared/media/source.ts'

const never = new AbortController().signal
const PIECE_BYTES = 64 * 1024
const TABLES = Buffer.alloc(1024 * 1024, 'tables')
const MEDIA = Buffer.alloc(256 * 1024, 'media')

const brand = box('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1'))
const header = box('moov', box('free', TABLES))
const media = box('mdat', MEDIA)
const RECORDINGS: [string, Buffer][] = [
  ['first', Buffer.concat([brand, header, media])],
  ['last', Buffer.concat([brand, media, header])],
  [
    'first and shorter than what is read of any recording',
    Buffer.concat([brand, box('moov'), media]),
  ],
]

/** A recording as storage gives it, and how many bytes it gave. */
function stored(bytes: Buffer): FootageSource & { given: number } {
  return {
    size: bytes.length,
    given: 0,
    async *read(start, endExclusive) {
      for (let at = start; at < endExclusive; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, Math.min(at + PIECE_BYTES, endExclusive))
        this.given += piece.length
        yield piece
      }
    },
  }
}

async function memoryOfHeader(source: FootageSource): Promise<ArrayBufferLike> {
  const read = await readMovieHeader(source, never)
  if (read.kind === 'unfinished') throw new Error('There is no header.')
  return read.moov.buffer
}

describe('a recording opened with its header in memory', () => {
  it.each(RECORDINGS)('whose header is %s has one copy of it, whoever reads', async (_, bytes) => {
    const cache = new HeaderCache()
    const source = stored(bytes)
    const memory = await memoryOfHeader(await cache.open('v1', source, never))
    const { given } = source
    const again = await cache.open('v1', source, never)
    expect(await memoryOfHeader(again)).toBe(memory)
    // What comes after a header is asked for what it is.
    expect(source.given - given).toBeLessThanOrEqual(16)
    expect(given).toBeLessThan(bytes.length - MEDIA.length + 8 * 1024)
    expect((await readBytes(again, 0, again.size, never)).equals(bytes)).toBe(true)
  })

  it('keeps so many bytes of headers and no more: the oldest are let go', async () => {
    const cache = new HeaderCache(2.5 * TABLES.length)
    const [, bytes] = RECORDINGS[1] as [string, Buffer]
    const sources = ['a', 'b', 'c'].map((key) => ({ key, source: stored(bytes) }))
    for (const { key, source } of sources) await cache.open(key, source, never)
    for (const { source } of sources) source.given = 0
    for (const { key, source } of sources.toReversed()) await cache.open(key, source, never)
    expect(sources.map(({ source }) => source.given > 0)).toEqual([true, false, false])
  })
})
