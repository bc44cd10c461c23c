import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { countingPicture, longestSilence, readCounter } from './burnt-in-counter.ts'
import {
  allTools,
  ffmpeg,
  fileSource,
  largestGap,
  packetsOf,
  planAsSecured,
  renderAll,
  temporaryFolder,
  testSound,
  X264,
} from './support.ts'

const SECONDS = 6
const RATE = 30
const AAC_FRAME = 1024
const SAMPLE_RATE = 48_000

const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
afterAll(() => folder[Symbol.asyncDispose]())

const picture = countingPicture(SECONDS, `${RATE}`)
const both = [...picture, ...testSound(SECONDS)]
const CLOSED = [...X264, '-g', '30', '-bf', '2']
const OPEN = ['-x264-params', 'open-gop=1:keyint=30:scenecut=0:b-pyramid=normal', '-bf', '3']
const AAC = ['-c:a', 'aac']
const NEGATIVE = ['-movflags', 'frag_keyframe+empty_moov+negative_cts_offsets']
const UNEVEN = "setpts='if(lt(mod(N,40),20),N,N+0.4)/30/TB+if(gt(N,90),0.7/TB,0)'"

/** What cameras and their software make; `sound`: what becomes of it. */
const recordings: Record<string, { make: string[]; sound: 'copied' | 'encoded' | null }> = {
  'constant.mp4': { make: [...both, ...X264, '-g', '30', '-bf', '0', ...AAC], sound: 'copied' },
  'ntsc.mp4': {
    make: [...countingPicture(SECONDS, '30000/1001'), ...testSound(SECONDS), ...CLOSED, ...AAC],
    sound: 'copied',
  },
  'reordered.mkv': { make: [...both, ...CLOSED, ...AAC], sound: 'copied' },
  'open.mp4': { make: [...both, ...X264, ...OPEN, ...AAC], sound: 'copied' },
  'open.ts': { make: [...both, ...X264, ...OPEN, ...AAC], sound: 'copied' },
  'uneven.mp4': {
    make: [...both, '-vf', UNEVEN, '-fps_mode', 'vfr', ...CLOSED, ...AAC],
    sound: 'encoded',
  },
  // Composition offsets below 0 (`trun` version 1), in fragments that differ in how far below.
  'negative.mp4': {
    make: [...both, ...X264, ...OPEN, ...AAC, ...NEGATIVE, '-frag_duration', '500000'],
    sound: 'copied',
  },
  'without-cues.mkv': { make: [...both, ...X264, ...OPEN, ...AAC, '-live', '1'], sound: 'copied' },
  'old.avi': {
    make: [...both, '-c:v', 'mpeg4', '-q:v', '3', '-g', '30', '-c:a', 'libmp3lame'],
    sound: 'encoded',
  },
  'without-sound.mp4': { make: [...picture, ...CLOSED], sound: null },
  'sound-late.mp4': {
    make: [...picture, '-itsoffset', '2.5', ...testSound(3), ...CLOSED, ...AAC],
    sound: 'encoded',
  },
  'sound-short.mkv': { make: [...picture, ...testSound(3.3), ...CLOSED, ...AAC], sound: 'encoded' },
  'starts-late.ts': {
    make: [...both, ...CLOSED, ...AAC, '-output_ts_offset', '3600.4'],
    sound: 'copied',
  },
  'starts-late.mkv': {
    make: [...both, ...CLOSED, ...AAC, '-output_ts_offset', '17.3'],
    sound: 'copied',
  },
  // The 33-bit clock of ISO/IEC 13818-1 begins anew at 95,443.7 s.
  'clock-begins-anew.ts': {
    make: [...both, ...CLOSED, ...AAC, '-output_ts_offset', '95440.6'],
    sound: 'copied',
  },
}

const ascending = (a: number, b: number) => a - b
const timesOf = async (file: string, track: 'v:0' | 'a:0') => {
  const times = (await packetsOf(tools, file, track)).map(({ pts }) => pts).toSorted(ascending)
  return times.map((time) => time - (times[0] ?? 0))
}

/** Makes the chunks of a recording and compares what they play with what it plays. */
async function compare(file: string, sound: 'copied' | 'encoded' | null): Promise<void> {
  const source = fileSource(file)
  const plan = await planAsSecured(file, tools, 1.5)
  expect(plan.chunks.length).toBeGreaterThan(2)
  expect(plan.audio?.method ?? null).toBe(sound)
  await using out = await temporaryFolder()
  await renderAll(source, tools, plan, out.path, { copy: true, proxy: true, storyboard: false })

  // Evidence is shown whole: what an edit list hides counts too.
  const whole = file.endsWith('.mp4') ? ['-ignore_editlist', '1'] : []
  const seen = await readCounter(tools, file, whole)
  const shown = await timesOf(file, 'v:0')
  expect(seen).toEqual(seen.map((_, n) => (seen[0] ?? 0) + n))
  for (const kind of ['copy', 'proxy']) {
    const played = path.join(out.path, `${kind}.m3u8`)
    // Each picture once and in its order, at every border as between them.
    expect(await readCounter(tools, played), kind).toEqual(seen)
    const times = await timesOf(played, 'v:0')
    expect(times).toHaveLength(shown.length)
    for (const [n, time] of times.entries()) expect(time).toBeCloseTo(shown[n] ?? -1, 2)
    if (sound === null) continue

    const packets = await packetsOf(tools, played, 'a:0')
    const original = await packetsOf(tools, file, 'a:0')
    const expected =
      sound === 'copied' ? original.length : (plan.durationSeconds * SAMPLE_RATE) / AAC_FRAME
    expect(Math.abs(packets.length - expected)).toBeLessThanOrEqual(1)
    const longestStep = largestGap(packets.map(({ pts }) => pts))
    expect(longestStep).toBeLessThan(AAC_FRAME / SAMPLE_RATE + 0.003)
    expect(await longestSilence(tools, played)).toBeLessThan(AAC_FRAME / 8)
  }
}

describe('across the borders of chunks', { timeout: 60_000 }, () => {
  it.each(Object.keys(recordings))('%s: every picture and every sound, once', async (name) => {
    const { make, sound } = recordings[name] ?? { make: [], sound: null }
    const file = path.join(folder.path, name)
    await ffmpeg(tools, [...make, file])
    await compare(file, sound)
  })

  it('of what an edit list hides too: a recording trimmed without being encoded anew', async () => {
    const [uncut, file] = ['uncut.mp4', 'trimmed.mp4'].map((name) => path.join(folder.path, name))
    if (!uncut || !file) throw new Error('There are no names.')
    await ffmpeg(tools, [...both, ...CLOSED, ...AAC, uncut])
    await ffmpeg(tools, ['-ss', '0.7', '-i', uncut, '-c', 'copy', file])
    await compare(file, 'copied')
  })
})
