import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedBoxError } from '../../../../shared/media/mp4/boxes.ts'
import { indexMovie } from '../../../../shared/media/mp4/movie-index.ts'

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, n) => {
    bytes.writeUInt32BE(value >>> 0, n * 4)
  })
  return bytes
}
const box = (type: string, ...content: Buffer[]) => {
  const body = Buffer.concat(content)
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body])
}
const table = (type: string, entries: number[][]) =>
  box(type, u32(0, entries.length), ...entries.map((entry) => u32(...entry)))

type TrackTables = {
  handler?: string
  timescale?: number
  edits?: number[][]
  stts: number[][]
  ctts?: number[][]
  stss?: number[]
  sizes: number[]
  stsc?: number[][]
  offsets: number[]
}

const trak = ({ handler = 'vide', timescale = 100, ...tables }: TrackTables) =>
  box(
    'trak',
    box('tkhd', u32(0, 0, 0, 1)),
    ...(tables.edits ? [box('edts', table('elst', tables.edits))] : []),
    box(
      'mdia',
      box('mdhd', u32(0, 0, 0, timescale, 0)),
      box('hdlr', u32(0, 0), Buffer.from(handler, 'latin1')),
      box(
        'minf',
        box(
          'stbl',
          table('stts', tables.stts),
          ...(tables.ctts ? [table('ctts', tables.ctts)] : []),
          ...(tables.stss
            ? [
                table(
                  'stss',
                  tables.stss.map((sync) => [sync]),
                ),
              ]
            : []),
          box('stsz', u32(0, 0, tables.sizes.length, ...tables.sizes)),
          table('stsc', tables.stsc ?? [[1, 1, 1]]),
          table(
            'stco',
            tables.offsets.map((offset) => [offset]),
          ),
        ),
      ),
    ),
  )
const moov = (...traks: Buffer[]) => box('moov', box('mvhd', u32(0, 0, 0, 1000, 0)), ...traks)

const SIX_PICTURES: TrackTables = {
  stts: [[6, 10]],
  stss: [1, 4],
  sizes: [50, 20, 20, 60, 20, 20],
  offsets: [1000, 1100, 1200, 1300, 1400, 1500],
}

describe('indexMovie', () => {
  it('finds keyframes with what follows each', () => {
    expect(indexMovie(moov(trak(SIX_PICTURES)), 2000, { video: 0, audio: null })).toEqual({
      pts: [0, 30],
      startPts: 0,
      packets: [3, 3],
      bytes: [90, 100],
      endPts: 60,
      apartSeconds: 0.1,
      zeroSeconds: { video: 0, audio: 0 },
      soundLeadSeconds: 0,
      audio: null,
      truncatedAtSeconds: null,
    })
  })

  it('takes the shift of edit lists, composition offsets and sound into account', () => {
    const video = trak({
      ...SIX_PICTURES,
      ctts: [[6, 20]],
      edits: [
        [500, 0xffffffff, 0],
        [600, 20, 0],
      ],
    })
    const sound = trak({
      ...{ handler: 'soun', timescale: 1000, stts: [[600, 1]], edits: [[600, 21, 0]] },
      ...{ sizes: Array<number>(600).fill(1), stsc: [[1, 600, 1]], offsets: [100] },
    })
    const index = indexMovie(moov(video, sound), 2000, { video: 0, audio: 1 })
    // Sound is heard from -0.021 s on, which becomes 0; the picture follows half a second later.
    expect(index?.zeroSeconds.audio).toBeCloseTo(0, 9)
    expect(20 / 100 - (index?.zeroSeconds.video ?? 0)).toBeCloseTo(0.521, 9)
    expect(index?.pts).toEqual([20, 50])
    expect(index?.audio).toEqual({ startSeconds: 0, endSeconds: 0.6, longestStepSeconds: 0.001 })
  })

  it('ends where the bytes end', () => {
    const index = indexMovie(moov(trak(SIX_PICTURES)), 1410, { video: 0, audio: null })
    expect(index).toMatchObject({ packets: [3, 1], endPts: 40, truncatedAtSeconds: 0.4 })
  })

  it('finds samples that share chunks', () => {
    const shared = {
      ...SIX_PICTURES,
      stsc: [
        [1, 4, 1],
        [2, 2, 1],
      ],
      offsets: [1000, 1300],
    }
    expect(indexMovie(moov(trak(shared)), 1340, { video: 0, audio: null })).toMatchObject({
      packets: [3, 3],
      truncatedAtSeconds: null,
    })
    expect(indexMovie(moov(trak(shared)), 1339, { video: 0, audio: null })).toMatchObject({
      packets: [3, 2],
    })
  })

  it('refuses tables that their boxes or the file cannot hold', () => {
    const claim = (type: string, at: number, count: number) => {
      const bytes = moov(trak(SIX_PICTURES))
      bytes.writeUInt32BE(count, bytes.indexOf(type) + at)
      return () => indexMovie(bytes, 2000, { video: 0, audio: null })
    }
    expect(claim('stsz', 12, 40_000_000)).toThrow(MalformedBoxError)
    expect(claim('stts', 8, 0xffffffff)).toThrow(MalformedBoxError)
    expect(claim('stco', 8, 1)).toThrow(MalformedBoxError)
    expect(claim('stsz', 8, 0x7fffffff)).toThrow(MalformedBoxError)
  })

  it('survives any damage: an answer or MalformedBoxError, nothing else', () => {
    const whole = moov(trak({ ...SIX_PICTURES, ctts: [[6, 20]] }))
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        try {
          indexMovie(bytes, 2000, { video: 0, audio: null })
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBoxError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
