import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { median, quantile } from './harness/quantile.ts'
import { resultsIn } from './harness/results.ts'
import type { Row } from './harness/row.ts'
import { failedSection, sectionOf } from './harness/section.ts'
import { ROWS } from './rows.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-bench-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the bench as `npm run bench` does, on tiny inputs, with a temporary folder of its own. */
const bench = (...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const file = path.join(import.meta.dirname, 'bench.ts')
    const env = { ...process.env, TMPDIR: folder }
    execFile(process.execPath, [file, '--quick', ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: out + err }),
    )
  })

it('measures rows, writes them down, and leaves nothing but that', {
  timeout: 60_000,
}, async () => {
  const results = path.join(folder, 'RESULTS.md')
  const { code, said } = await bench('decisions', 'poster', '--results', results)
  expect(code, said).toBe(0)
  const text = await readFile(results, 'utf8')
  expect(text.match(/^## .+$/gm)).toEqual(['## poster', '## decisions'])
  expect(text).toMatch(/^\| decisions \| \d+ \|/m)
  expect(text).toMatch(
    /^\| poster \| read beyond the header, .+ MiB \(goal ≤ 4\.00 MiB\) \| reached \|$/m,
  )
  await expect(readdir(folder)).resolves.toEqual(['RESULTS.md'])
})

it('refuses a row that there is not, and names those that there are', async () => {
  const { code, said } = await bench('rendr')
  expect(code).toBe(1)
  expect(said).toContain(`There is no row rendr: ${ROWS.map(({ name }) => name).join(', ')}.`)
})

const row = (name: string): Row => ({ name, title: `About ${name}.`, run: () => Promise.reject() })
const where = { at: new Date('2026-11-24T12:00:00Z'), machine: 'a machine' }

it('puts a section in the place of an older one and keeps the others', async () => {
  const order = [row('first'), row('second'), row('third')]
  const file = path.join(folder, 'merged.md')
  const { put } = resultsIn(file, order)
  const goal = { what: 'time', atMost: 1.5, unit: '×' }
  const section = (name: string, seen: number) =>
    sectionOf(
      row(name),
      { head: ['', 's'], lines: [[name, '1']], goals: [{ ...goal, seen }] },
      where,
    )
  await put('third', section('third', 1))
  await put('first', section('first', 1))
  await put('second', failedSection(row('second'), new Error('no disk', { cause: 'full' }), where))
  await put('third', section('third', 2))
  const text = await readFile(file, 'utf8')
  expect(text.match(/^## .+$/gm)).toEqual(['## first', '## second', '## third'])
  expect(text.match(/^\| \w+ \| .+ \| \w+ \|$/gm)).toEqual([
    '| first | time: 1.00 × (goal ≤ 1.50 ×) | reached |',
    '| second | no disk ← full | failed |',
    '| third | time: 2.00 × (goal ≤ 1.50 ×) | missed |',
  ])
  await rm(file)
})

it('takes the middle, and the rank that a part asks for', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect([0.5, 0.95, 1].map((part) => quantile(hundred, part))).toEqual([50, 95, 100])
})
