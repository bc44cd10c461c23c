import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { renderChunk } from '../../../shared/media/chunk/render-chunk.ts'
import { NOWHERE, type OutputSink } from '../../../shared/media/output-sink.ts'
import type { RenditionPlan } from '../../../shared/media/plan.ts'
import { makePoster } from '../../../shared/media/poster/poster.ts'
import { HeaderCache } from '../../../shared/media/probing/header-cache.ts'
import { probe } from '../../../shared/media/probing/probe.ts'
import { runChild } from '../../../shared/media/running/child-process.ts'
import { findMediaTools, type MediaTools } from '../../../shared/media/running/tools.ts'
import type { FootageSource } from '../../../shared/media/source.ts'
import { processes } from '../../processes.ts'
import {
  allTools,
  EVERYTHING,
  ffmpeg,
  fileSource,
  never,
  planOf,
  temporaryFolder,
  testPicture,
  testSound,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const [tools] = (await allTools()) as [MediaTools]
const file = path.join(folder.path, 'sample.mp4')
let plan: RenditionPlan

beforeAll(async () => {
  await ffmpeg(tools, [
    ...[...testPicture(20, '30', '640x360'), ...testSound(20)],
    ...[...X264, '-g', '60', '-b:v', '4M', '-c:a', 'aac', file],
  ])
  plan = await planOf(fileSource(file), tools)
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

/** Fails once `bytes` were read of the media, which lies before the header in this file. */
const failingAfter = (bytes: number): FootageSource => {
  const whole = fileSource(file)
  let media = 0
  return {
    size: whole.size,
    async *read(start, end, signal) {
      for await (const piece of whole.read(start, end, signal)) {
        if (start < whole.size / 2) media += piece.length
        if (media > bytes) throw new Error('the storage went away')
        yield piece
      }
    },
  }
}

/** How many outputs were made visible. */
const seen = { committed: 0 }
beforeEach(() => Object.assign(seen, { committed: 0 }))

const openOutput = (): OutputSink => ({
  ...NOWHERE,
  commit: async () => {
    seen.committed++
  },
})
const job = (source: FootageSource, signal = never) => ({
  ...{ source, tools, plan, chunk: chunkOf(plan), wanted: EVERYTHING, signal, openOutput },
})
const chunkOf = ({ chunks: [chunk] }: RenditionPlan) => {
  if (!chunk) throw new Error('There is no chunk.')
  return chunk
}
/** Children of this process that still run, by their command names. */
const children = () =>
  processes()
    .filter(({ parent }) => parent === process.pid)
    .map(({ name }) => name)

describe('when something fails', () => {
  it('a source that breaks off is an error, not a short recording', async () => {
    await expect(renderChunk(job(failingAfter(400_000)))).rejects.toMatchObject({
      mediaCode: 'source-failed',
      stage: 'chunk',
      cause: expect.objectContaining({ message: 'the storage went away' }),
    })
    await expect(probe(failingAfter(20_000), tools, never)).rejects.toMatchObject({
      ...{ mediaCode: 'source-failed', stage: 'probe' },
    })
    const poster = makePoster({ source: failingAfter(0), tools, plan, signal: never })
    await expect(poster).rejects.toMatchObject({ mediaCode: 'source-failed' })
    expect(seen.committed).toBe(0)
  })

  it('withdrawn work ends at once and leaves nothing behind', async () => {
    const withdrawal = new AbortController()
    const whole = fileSource(file)
    const source: FootageSource = {
      size: whole.size,
      async *read(start, end, signal) {
        for await (const piece of whole.read(start, end, signal)) {
          if (whole.bytesRead > 500_000) withdrawal.abort()
          yield piece
        }
      },
    }
    const work = renderChunk(job(source, withdrawal.signal))
    await expect(work).rejects.toMatchObject({ mediaCode: 'aborted' })
    expect(seen.committed).toBe(0)
    await vi.waitFor(() => expect(children()).not.toContain('ffmpeg'))
  })

  it('what the store throws reaches the caller', async () => {
    const full = async () => {
      throw new Error('the container is full')
    }
    for (const failing of [{ write: full }, { commit: full }]) {
      const work = renderChunk({
        ...job(fileSource(file)),
        wanted: { copy: true, proxy: false, storyboard: false },
        openOutput: () => ({ ...openOutput(), ...failing }),
      })
      await expect(work).rejects.toThrow('the container is full')
    }
    await vi.waitFor(() => expect(children()).not.toContain('ffmpeg'))
  })

  it('outputs leave while the recording is still being read, and ffmpeg waits for them', async () => {
    const source = fileSource(file)
    const readAtWrite: number[] = []
    await renderChunk({
      ...job(source),
      wanted: { copy: true, proxy: false, storyboard: false },
      openOutput: () => ({
        ...openOutput(),
        write: async () => void readAtWrite.push(source.bytesRead),
      }),
    })
    expect(readAtWrite[1]).toBeLessThan(0.9 * source.size)
  })

  it('progress is told on the way, never falls and ends at 1', async () => {
    const seen: number[] = []
    await renderChunk({ ...job(fileSource(file)), onProgress: (part) => seen.push(part) })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
    expect(seen.length).toBeGreaterThan(3)
    expect(seen[0]).toBeLessThan(0.5)
  })
})

describe('bounded reading', () => {
  it('the header is read once, however many chunks need it', async () => {
    const source = fileSource(file)
    const cache = new HeaderCache()
    await cache.open('v1', source, never)
    const once = source.bytesRead
    await cache.open('v1', source, never)
    expect(source.bytesRead).toBe(once)
  })
})

describe('children', () => {
  const child = (script: string, limits: { wallMs: number; stallMs: number }) =>
    runChild({
      file: '/bin/sh',
      args: ['-c', script],
      stage: 'chunk',
      pipes: [async (pipe) => pipe.resume()],
      signal: never,
      ...limits,
    })

  it('that do nothing are killed, grandchildren too', async () => {
    await expect(child('sleep 60 & wait', { wallMs: 20_000, stallMs: 100 })).rejects.toMatchObject({
      mediaCode: 'run-stalled',
    })
    await vi.waitFor(() => expect(children()).not.toContain('sleep'))
  })

  it('that end before those they have started do not leave them behind', async () => {
    const orphaned = child('sleep 60 & exit 0', { wallMs: 20_000, stallMs: 100 })
    await expect(orphaned).rejects.toMatchObject({ mediaCode: 'run-stalled' })
  })

  it('may complain as much as they like: the end of it is kept', async () => {
    const limits = { wallMs: 20_000, stallMs: 20_000 }
    const complaint = await child(
      'head -c 20000000 /dev/zero | tr "\\\\0" x >&2; exit 3',
      limits,
    ).catch((error: Error) => error.message)
    expect(complaint).toMatch(/^ffmpeg ended with 3\. Its last words: x+$/)
    expect(complaint?.length).toBeLessThan(17 * 1024)
  })

  it('that never end are killed although they talk', async () => {
    const chatter = child('while :; do echo x; sleep 0.02; done', { wallMs: 300, stallMs: 20_000 })
    await expect(chatter).rejects.toMatchObject({ mediaCode: 'run-too-long' })
  })

  it('report their last words without addresses and paths', async () => {
    const failing = child('echo "cannot open http://127.0.0.1:1/secret /tmp/x" >&2; exit 3', {
      wallMs: 20_000,
      stallMs: 20_000,
    })
    await expect(failing).rejects.toThrow(
      'ended with 3. Its last words: cannot open <address> <path>',
    )
  })

  it.runIf(existsSync('/usr/bin/setpriv'))('die with the process that started them', async () => {
    // It writes nothing, so that no broken pipe can end it.
    const script = [
      `import { runChild } from '${path.resolve('shared/media/running/child-process.ts')}'`,
      `const run = { file: '/bin/sleep', args: ['600'], stage: 'chunk', pipes: [async () => {}],`,
      `  wallMs: 60_000, stallMs: 60_000, signal: new AbortController().signal }`,
      `runChild({ ...run, onStart: () => console.log('started') })`,
    ].join('\n')
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', script])
    const sleepers = () => processes().filter((one) => one.parent === parent.pid)
    await vi.waitFor(() => expect(sleepers()).toMatchObject([{ name: 'sleep' }]), 10_000)
    const [sleeper] = sleepers()
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(processes().map(({ pid }) => pid)).not.toContain(sleeper?.pid))
  })

  it('see none of this process’s environment and can write no file', async () => {
    vi.stubEnv('SECRET_OF_THE_APP', 'hush')
    const target = path.join(folder.path, 'written.txt')
    await child(`test -z "$SECRET_OF_THE_APP"`, { wallMs: 20_000, stallMs: 20_000 })
    if (existsSync('/usr/bin/prlimit'))
      await expect(
        child(`echo something > ${target}; test -s ${target}`, { wallMs: 20_000, stallMs: 20_000 }),
      ).rejects.toMatchObject({ mediaCode: 'run-failed' })
  })
})

describe('tools', () => {
  it('says what to install when there is none', async () => {
    await expect(findMediaTools({ ffmpeg: '/nowhere/ffmpeg' })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('apt-get install ffmpeg'),
    })
  })
})
