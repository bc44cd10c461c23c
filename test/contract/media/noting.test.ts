import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MediaDescription } from '../../../shared/media/description.ts'
import type { KeyframeIndex } from '../../../shared/media/keyframe-index.ts'
import { indexOfNote, type KeyframeNote } from '../../../shared/media/noting/keyframe-note.ts'
import { KeyframeNoter, notingStateSchema } from '../../../shared/media/noting/note-keyframes.ts'
import { probe } from '../../../shared/media/probing/probe.ts'
import { scanKeyframes } from '../../../shared/media/probing/scan.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import {
  allTools,
  ffmpeg,
  fileSource,
  never,
  temporaryFolder,
  testPicture,
  testSound,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const tools = await allTools()
const first = tools[0] as MediaTools
afterAll(() => folder[Symbol.asyncDispose]())
const fileOf = (name: string) => path.join(folder.path, name)

const CLOSED = [...X264, '-g', '30', '-bf', '2']
const OPEN = [...X264, '-x264-params', 'open-gop=1:keyint=30:scenecut=0', '-bf', '3']
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'].concat(
  ...['-x265-params', 'log-level=none:keyint=30'],
)
const UNEVEN = ['-vf', "setpts='if(lt(N,60),N/30,2+(N-60)/7.5)/TB'", '-fps_mode', 'vfr']
const FRAGMENTED = ['-movflags', 'frag_keyframe+empty_moov']
const recordings: Record<string, string[]> = {
  'closed.ts': [...CLOSED, '-c:a', 'aac'],
  'silent.ts': [...CLOSED, '-an'],
  'open.ts': [...OPEN, '-c:a', 'aac', '-ar', '44100'],
  'hevc.ts': [...HEVC, '-c:a', 'aac'],
  'uneven.ts': [...UNEVEN, ...CLOSED, '-c:a', 'mp2'],
  'timecoded.m2ts': [...CLOSED, '-c:a', 'ac3', '-mpegts_m2ts_mode', '1'],
  'clock-begins-anew.ts': [...CLOSED, '-c:a', 'aac', '-output_ts_offset', '95441'],
  'odd-start.ts': [...CLOSED, '-c:a', 'aac', '-output_ts_offset', '1234.5', '-muxdelay', '0'],
  'fragmented.mp4': [...CLOSED, '-c:a', 'aac', ...FRAGMENTED],
  'silent.mp4': [...OPEN, '-an', ...FRAGMENTED],
  'uneven.mp4': [...UNEVEN, ...CLOSED, '-c:a', 'aac', ...FRAGMENTED],
  'cmaf.mp4': [...CLOSED, '-c:a', 'aac', '-movflags', 'cmaf', '-frag_duration', '700000'],
  'closed.mkv': [...CLOSED, '-c:a', 'aac'],
  'open.mkv': [...OPEN, '-c:a', 'libmp3lame'],
  'hevc.mkv': [...HEVC, '-c:a', 'pcm_s16le'],
  'mpeg4.avi': ['-c:v', 'mpeg4', '-bf', '0', '-g', '30', '-c:a', 'libmp3lame'],
  'reordered.avi': ['-c:v', 'mpeg4', '-bf', '2', '-g', '30', '-c:a', 'pcm_s16le', '-ac', '2'],
  'h264.avi': [...X264, '-g', '30', '-bf', '0', '-c:a', 'aac', '-ar', '44100'],
  'motion.avi': ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-an'],
  'live.mkv': [...UNEVEN, ...CLOSED, '-an', '-live', '1'],
}
/** Made of others: with sound that begins late, with bytes of error correction. */
const derived = ['late.ts', 'late.mkv', 'late.mp4', 'corrected.ts']
const names = [...Object.keys(recordings), ...derived]

beforeAll(async () => {
  for (const [name, options] of Object.entries(recordings))
    await ffmpeg(first, [...testPicture(3), ...testSound(3), ...options, fileOf(name)])
  const late = ['-itsoffset', '1', ...testSound(2), '-map', '0', '-map', '1']
  await ffmpeg(first, [...testPicture(3), ...late, ...CLOSED, '-c:a', 'aac', fileOf('late.ts')])
  const copy = ['-i', fileOf('late.ts'), '-c', 'copy', '-bsf:a', 'aac_adtstoasc']
  await ffmpeg(first, [...copy, fileOf('late.mkv')])
  await ffmpeg(first, [...copy, ...FRAGMENTED, fileOf('late.mp4')])
  const plain = readFileSync(fileOf('closed.ts'))
  const packets = Array.from({ length: plain.length / 188 }, (_, n) =>
    Buffer.concat([plain.subarray(n * 188, n * 188 + 188), Buffer.alloc(16, 0xff)]),
  )
  writeFileSync(fileOf('corrected.ts'), Buffer.concat(packets))
}, 120_000)

type Note = ReturnType<KeyframeNoter['finish']>

/** Notes a recording that comes in pieces of these lengths, going to another worker after each. */
function noteOf(bytes: Buffer, cuts: readonly number[] = [], handOver = false): Note {
  let noter = new KeyframeNoter(null)
  let at = 0
  for (const cut of [...cuts, bytes.length]) {
    noter.read(bytes.subarray(at, at + cut))
    at = Math.min(bytes.length, at + cut)
    const state = handOver ? noter.state() : null
    if (state) noter = new KeyframeNoter(notingStateSchema.parse(JSON.parse(JSON.stringify(state))))
  }
  return noter.finish()
}

const indexOf = (note: Note, media: MediaDescription): KeyframeIndex => {
  const whole: KeyframeNote | null = note && { schemaVersion: 1, sourceSha256: '', ...note }
  const index = whole && indexOfNote(whole, media)
  if (!index) throw new Error('Nothing was noted.')
  return index
}

describe('the keyframes noted while securing', () => {
  it.each(tools.map((each) => [each.version, each] as const))(
    'are those that a scan by ffprobe %s finds',
    { timeout: 120_000 },
    async (_, each) => {
      for (const name of names) {
        const source = fileSource(fileOf(name))
        const probed = await probe(source, each, never)
        if (!probed.playable) throw new Error(`${name}: ${probed.detail}`)
        const scanned = await scanKeyframes(source, probed.media, each, never)
        const noted = indexOf(noteOf(readFileSync(fileOf(name))), probed.media)
        if (!scanned) throw new Error(`${name} has no keyframe.`)
        const { pts, packets, zeroSeconds, truncatedAtSeconds, soundLeadSeconds } = scanned
        expect({ name, ...noted }).toMatchObject({
          ...{ name, pts, packets, zeroSeconds, truncatedAtSeconds, soundLeadSeconds },
        })
        // ffmpeg's parsers take a zero byte between two pictures for the one or for the other.
        for (const [n, bytes] of scanned.bytes.entries())
          expect(Math.abs((noted.bytes[n] ?? 0) - bytes), name).toBeLessThanOrEqual(2)
        const [ticks, second] = probed.media.video.timeBase
        expect(((noted.endPts - scanned.endPts) * ticks) / second, name).toBeCloseTo(0, 0)
        expect(noted.audio === null, name).toBe(scanned.audio === null)
        if (!noted.audio || !scanned.audio) continue
        expect(noted.audio.startSeconds, name).toBe(scanned.audio.startSeconds)
        // Of other sound only the packets are looked at, each of which holds several frames.
        const isAac = probed.media.audio?.codec === 'aac'
        expect(noted.audio.endSeconds, name).toBeCloseTo(scanned.audio.endSeconds, isAac ? 1 : 0)
        const { longestStepSeconds } = scanned.audio
        if (isAac) expect(noted.audio.longestStepSeconds, name).toBeCloseTo(longestStepSeconds, 3)
      }
    },
  )

  it('are the same however the bytes are cut and handed over', { timeout: 60_000 }, () => {
    for (const name of names) {
      const bytes = readFileSync(fileOf(name))
      const whole = noteOf(bytes)
      const cuts = fc.array(fc.integer({ min: 0, max: Math.ceil(bytes.length / 6) }))
      fc.assert(
        fc.property(cuts, fc.boolean(), (lengths, handOver) => {
          expect(noteOf(bytes, lengths, handOver)).toEqual(whole)
        }),
        { numRuns: 12 },
      )
      const few = Array.from({ length: 700 }, () => 7)
      expect(noteOf(bytes, few, true)).toEqual(whole)
    }
  })

  it('of damaged bytes are none, or some, and never an error', { timeout: 60_000 }, () => {
    const damaged = fc.tuple(
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ max: 255 })), {
        minLength: 1,
        maxLength: 40,
      }),
      fc.double({ min: 0.3, max: 1, noNaN: true }),
    )
    for (const name of names) {
      const original = readFileSync(fileOf(name))
      fc.assert(
        fc.property(damaged, ([changes, share]) => {
          const bytes = Buffer.from(original.subarray(0, Math.ceil(original.length * share)))
          for (const [place, value] of changes)
            bytes[Math.floor(place * place * (bytes.length - 1))] = value & 0xff
          const note = noteOf(bytes, [5000, 188])
          if (note) expect(note.tally.pts.length).toBeLessThan(bytes.length)
        }),
        { numRuns: 25 },
      )
    }
  })

  it('of a movie with an index of its own, of text and of nothing are none', async () => {
    await ffmpeg(first, [...testPicture(1), ...CLOSED, fileOf('indexed.mp4')])
    expect(noteOf(readFileSync(fileOf('indexed.mp4')))).toBeNull()
    expect(noteOf(Buffer.alloc(10_000, '#EXTM3U\n'))).toBeNull()
    expect(noteOf(Buffer.alloc(0))).toBeNull()
  })

  it('of tracks that probing did not choose are not used', async () => {
    const source = fileSource(fileOf('closed.ts'))
    const probed = await probe(source, first, never)
    if (!probed.playable) throw new Error(probed.detail)
    const note = noteOf(readFileSync(fileOf('silent.ts')))
    expect(() => indexOf(note, probed.media)).toThrow('Nothing was noted.')
  })
})
