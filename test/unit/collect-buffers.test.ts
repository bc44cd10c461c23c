import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const MIB = 1024 * 1024
/** V8's 16 MiB, and as much again for what its sweeper has not yet given back. */
const AT_MOST = 32 * MIB

/** Takes 256 MiB of buffers, as they come from a socket, holds none, and says how much there was at most. */
const PASSING = `
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for (let piece = 0; piece < 4096; piece += 1) {
    Buffer.allocUnsafeSlow(65_536)
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  console.log(most)`

/** In a process of its own: the flags are for all of it, and its heap is as at the start. */
async function mostOf(code: string): Promise<number> {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code])
  return Number(stdout)
}

it('buffers that have passed are collected early', async () => {
  const module = new URL('../../shared/collect-buffers.ts', import.meta.url)
  const early = `import { collectBuffersEarly } from '${module}'; collectBuffersEarly();${PASSING}`
  await expect(mostOf(early)).resolves.toBeLessThan(AT_MOST)
  // By itself V8 waits: else there would be nothing to do.
  await expect(mostOf(PASSING)).resolves.toBeGreaterThan(2 * AT_MOST)
})
