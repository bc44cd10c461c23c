import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const PIECE = Buffer.alloc(65_536)
const PIECES = 2048

const storage = createServer((_, answer) => {
  Readable.from(Array.from({ length: PIECES }, () => PIECE)).pipe(answer)
})

beforeAll(async () => {
  await once(storage.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => storage.close())

/**
 * Bytes of buffers that a reader of 128 MiB had at most, though it holds none. Each reader is a
 * process of its own: the flags are for all of it, and its heap is as at the start.
 */
async function mostOfReader(before: string): Promise<number> {
  const { port } = storage.address() as AddressInfo
  const reader = `import { get } from 'node:http'
    ${before}
    let most = 0
    get('http://127.0.0.1:${port}', (answer) => {
      answer.on('data', () => { most = Math.max(most, process.memoryUsage().arrayBuffers) })
      answer.on('end', () => console.log(most))
    })`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', reader])
  return Number(stdout)
}

/** V8 collects beside the work and when it comes to it: of single readers one may have twice another's. */
async function middleOfThree(before: string): Promise<number> {
  const readers: number[] = []
  for (let reader = 0; reader < 3; reader += 1) readers.push(await mostOfReader(before))
  return readers.sort((a, b) => a - b)[1] as number
}

it('buffers that have passed are collected earlier than V8 would by itself', {
  timeout: 60_000,
}, async () => {
  const module = new URL('../../shared/collect-buffers.ts', import.meta.url)
  const early = await middleOfThree(
    `import { collectBuffersEarly } from '${module}'; collectBuffersEarly()`,
  )
  expect(early).toBeLessThan(0.75 * (await middleOfThree('')))
})
