import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { atRate, factorOfSize, ffmpegAtRate } from './rate.ts'

const run = promisify(execFile)

it.each([
  ['half at six, as is usual', Math.LN2 / 6],
  ['half at three, as of noisy pictures', Math.LN2 / 3],
  ['hardly at all, where a bound keeps it', Math.LN2 / 18],
])('finds the factor of a size that falls by %s', async (_, fall) => {
  const factors: string[] = []
  const { crf, seconds } = await factorOfSize(8_500_000, async (factor) => {
    factors.push(factor)
    const bytes = 8_500_000 * Math.exp((25.5 - Number(factor)) * fall)
    return { bytes, seconds: factors.length, cpuSeconds: 1 }
  })
  expect(Math.abs(Number(crf) - 25.5) * fall).toBeLessThanOrEqual(0.005)
  // What it cost is what the run at that factor cost.
  expect(crf).toBe(factors.at(-1))
  expect(seconds).toBe(factors.length)
})

it('changes the rate of an encoder and nothing else', () => {
  const encoder = ['-c:v', 'libx264', '-crf', '31', '-maxrate', '1M', '-bf', '31']
  expect(atRate(encoder, { '-crf': '25.5', '-maxrate': '2M' })).toEqual([
    '-c:v',
    'libx264',
    '-crf',
    '25.5',
    '-maxrate',
    '2M',
    '-bf',
    '31',
  ])
})

it('stands in for a program with every argument as it is but the rate', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-rate-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const standIn = await ffmpegAtRate('/usr/bin/printf', folder, { '-crf': '25.5' })
  const odd = ["it's", 'two words', '', '$HOME', '*', '-crf']
  const { stdout } = await run(standIn, ['%s\n', ...odd, '31', '-bf', '31'], { env: {} })
  expect(stdout.split('\n')).toEqual([...odd, '25.5', '-bf', '31', ''])
})
