import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { MediaTools } from '../../../../shared/media/running/tools.ts'
import { allTools, ffmpeg, temporaryFolder, testPicture, testSound, X264 } from '../support.ts'
import { expectNothingLeft, type Outcome, throughEngine } from './engine.ts'
import { seeded } from './forge.ts'

const SECONDS = 2
const RATE = 10
const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
const kinds = {
  'header-first.mp4': ['-movflags', '+faststart'],
  'header-last.mp4': [],
  'fragmented.mp4': ['-movflags', 'frag_keyframe+empty_moov'],
  'stream.ts': [],
  'cluster.mkv': ['-cluster_time_limit', '500'],
  // Without reordered pictures, which AVI has no times for.
  'index-last.avi': ['-bf', '0'],
} as const
const files = new Map<string, Buffer>()

beforeAll(async () => {
  for (const [name, options] of Object.entries(kinds)) {
    const file = path.join(folder.path, name)
    await ffmpeg(tools, [
      ...[...testPicture(SECONDS, `${RATE}`, '64x64'), ...testSound(SECONDS)],
      ...[...X264, '-g', '5', '-bf', '2', '-c:a', 'aac', ...options, file],
    ])
    files.set(name, readFileSync(file))
  }
}, 30_000)
afterEach(expectNothingLeft)
afterAll(() => folder[Symbol.asyncDispose]())

const whole = (name: string): Buffer => files.get(name) ?? Buffer.alloc(0)
const cutAt = (name: string, tenths: number): Promise<Outcome> =>
  throughEngine(whole(name).subarray(0, Math.floor((whole(name).length * tenths) / 10)), tools)
const tenths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** What plays of a recording that is cut at each tenth of its length. */
async function playing(name: string): Promise<{ pictures: number; seconds: number }[]> {
  const played: { pictures: number; seconds: number }[] = []
  for (const tenth of tenths) {
    const outcome = await cutAt(name, tenth)
    if (outcome.end === 'unplayable') continue
    const pictures = outcome.pictures.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    played.push({ pictures, seconds: outcome.plan.durationSeconds })
  }
  return played
}

describe('a recording that is cut off at each tenth of its length', { timeout: 60_000 }, () => {
  it('with its header first plays as far as it goes, and says where it ends', async () => {
    const ends: (number | null)[] = []
    for (const tenth of tenths) {
      const outcome = await cutAt('header-first.mp4', tenth)
      if (outcome.end === 'unplayable') continue
      const { truncatedAtSeconds, chunks } = outcome.plan
      expect(outcome.pictures).toEqual(chunks.map(({ packets }) => packets))
      ends.push(truncatedAtSeconds)
    }
    // Its header alone takes the first tenths.
    expect(ends.length).toBeGreaterThan(4)
    expect(ends).not.toContain(null)
    expect(ends).toEqual(ends.toSorted((a, b) => Number(a) - Number(b)))
    expect(ends.at(-1)).toBeLessThan(SECONDS + 0.3)
  })

  it('with its header last is kept and says that its index is missing', async () => {
    for (const tenth of tenths.slice(1)) {
      const outcome = await cutAt('header-last.mp4', tenth)
      expect(outcome).toMatchObject({ end: 'unplayable', reason: 'damaged' })
    }
  })

  it.each(['fragmented.mp4', 'cluster.mkv', 'index-last.avi'])(
    '%s plays as far as it goes, each picture that is all there, and says where it ends',
    async (name) => {
      const ends: number[] = []
      for (const tenth of tenths) {
        const outcome = await cutAt(name, tenth)
        if (outcome.end === 'unplayable') continue
        const { truncatedAtSeconds, durationSeconds, chunks } = outcome.plan
        expect(outcome.pictures).toEqual(chunks.map(({ packets }) => packets))
        expect(truncatedAtSeconds).toBeCloseTo(durationSeconds, 1)
        ends.push(durationSeconds)
      }
      expect(ends.length).toBeGreaterThan(4)
      expect(ends).toEqual(ends.toSorted((a, b) => a - b))
      expect(ends.at(-1)).toBeGreaterThan(0.75 * SECONDS)
      const outcome = await throughEngine(whole(name), tools)
      expect(outcome).toMatchObject({ end: 'ready', plan: { truncatedAtSeconds: null } })
    },
  )

  it.each(['stream.ts'])('%s plays as far as it goes', async (name) => {
    const played = await playing(name)
    expect(played.length).toBeGreaterThan(4)
    // The further it goes, the more plays; at nine tenths nearly all.
    expect(played).toEqual(played.toSorted((a, b) => a.pictures - b.pictures))
    const last = played.at(-1)
    expect(last?.pictures).toBeGreaterThan(0.6 * SECONDS * RATE)
    expect(last?.seconds).toBeLessThan(SECONDS + 0.3)
  })
})

it('a fragmented recording with an index of its segments says where it breaks off', async () => {
  const file = path.join(folder.path, 'segments.mp4')
  const options = ['-movflags', 'frag_keyframe+empty_moov+default_base_moof+global_sidx']
  await ffmpeg(tools, [
    ...testPicture(3 * SECONDS, `${RATE}`, '64x64'),
    ...[...X264, '-g', '5', '-bf', '0', ...options, file],
  ])
  const bytes = readFileSync(file)
  const outcome = await throughEngine(bytes.subarray(0, bytes.length / 2), tools)
  if (outcome.end === 'unplayable') throw new Error(outcome.reason)
  const { truncatedAtSeconds, durationSeconds } = outcome.plan
  expect(truncatedAtSeconds).toBeGreaterThan(SECONDS)
  expect(truncatedAtSeconds).toBeLessThan(2 * SECONDS)
  expect(truncatedAtSeconds).toBeCloseTo(durationSeconds, 1)
})

describe('a recording with flipped bits', { timeout: 120_000 }, () => {
  const MUTANTS = 40
  it.each(['header-first.mp4', 'fragmented.mp4', 'stream.ts', 'cluster.mkv', 'index-last.avi'])(
    '%s ends as ready or unplayable',
    async (name) => {
      const original = whole(name)
      const random = seeded(name.length)
      const ends: string[] = []
      const mutate = async (n: number) => {
        const mutant = Buffer.from(original)
        // In turn: anywhere, among the first bytes, among the last: there the headers are.
        const from = n % 3 === 2 ? Math.max(0, mutant.length - 3000) : 0
        const span = n % 3 === 1 ? Math.min(3000, mutant.length) : mutant.length - from
        for (let flips = 0; flips < 1 + (n % 16); flips++) {
          const at = from + Math.floor(random() * span)
          mutant[at] = (mutant[at] ?? 0) ^ (1 << Math.floor(random() * 8))
        }
        ends.push((await throughEngine(mutant, tools)).end)
      }
      const mutants = Array.from({ length: MUTANTS }, (_, n) => n).values()
      const worker = async () => {
        for (const n of mutants) await mutate(n)
      }
      await Promise.all([worker(), worker(), worker()])
      expect(ends).toHaveLength(MUTANTS)
      expect(ends).toContain('ready')
    },
  )
})
