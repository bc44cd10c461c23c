import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { serveRanges } from '../../../../shared/media/running/range-proxy.ts'
import type { MediaTools } from '../../../../shared/media/running/tools.ts'
import {
  allTools,
  bytesSource,
  ffmpeg,
  never,
  temporaryFolder,
  testPicture,
  X264,
} from '../support.ts'
import { expectNothingLeft, throughEngine } from './engine.ts'
import { box, u32, withBox } from './forge.ts'

const run = promisify(execFile)
const folder = await temporaryFolder()
const tools = await allTools()
const first = tools[0] as MediaTools
/** Whoever opens it waits for ever: there is no writer (fifo(7)). */
const secret = path.join(folder.path, 'secret.txt')
let connections = 0
const trap = createServer((socket) => {
  connections++
  socket.destroy()
})
let address = ''
let sample = Buffer.alloc(0)

beforeAll(async () => {
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`
  await run('mkfifo', [secret])
  const file = path.join(folder.path, 'sample.mp4')
  await ffmpeg(first, [...testPicture(1, '10', '64x64'), ...X264, file])
  sample = readFileSync(file)
}, 30_000)
afterEach(async () => {
  expect(connections).toBe(0)
  await expectNothingLeft()
})
afterAll(async () => {
  trap.close()
  await folder[Symbol.asyncDispose]()
})

const playlist = () =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${address}/a.ts\n#EXT-X-ENDLIST\n`
const texts: Record<string, () => string> = {
  'an HLS playlist': playlist,
  'an HLS playlist of a local file': () => `#EXTM3U\n#EXTINF:1,\nfile://${secret}\n`,
  'an HLS playlist after a byte order mark': () => `\ufeff${playlist()}`,
  'a concat script': () => `ffconcat version 1.0\nfile '${secret}'\nfile '${address}/x'\n`,
  'a DASH manifest': () => `<?xml version="1.0"?><MPD><BaseURL>${address}/</BaseURL></MPD>`,
  'a session description': () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n',
  'a subfile address': () => `subfile,,start,0,end,100,,:${secret}`,
  'a data address': () => 'data:video/mp4;base64,AAAA',
  'a script of a shell': () => `#!/bin/sh\ncat ${secret}\n`,
  'an SVG picture': () => `<svg><image href="${address}/x.png"/></svg>`,
}

describe('text that calls itself a recording', () => {
  it.each(Object.keys(texts))('%s is refused unseen', async (name) => {
    const outcome = await throughEngine(Buffer.from(texts[name]?.() ?? ''), first)
    expect(outcome).toMatchObject({ end: 'unplayable', reason: 'disguised' })
  })

  it('would be followed by an ffmpeg without guards: the trap works', async () => {
    await using served = await serveRanges(bytesSource(Buffer.from(playlist())), { signal: never })
    const unguarded = run(first.ffprobe, [served.url], { timeout: 5_000, killSignal: 'SIGKILL' })
    await expect(unguarded).rejects.toThrow()
    expect(connections).toBeGreaterThan(0)
    connections = 0
  })
})

describe.each(tools.map((each) => [each.version, each] as const))(
  'polyglots, with ffmpeg %s',
  (_, each) => {
    const heads: Record<string, Buffer> = {
      'MP4 file type': box('ftyp', Buffer.from('mp42'), u32(0), Buffer.from('mp42isom')),
      'MP4 free space': box('free'),
      'Matroska header': Buffer.from('1a45dfa3934282886d6174726f736b61', 'hex'),
      'AVI header': Buffer.concat([Buffer.from('RIFF'), u32(0), Buffer.from('AVI LIST')]),
      'transport stream': Buffer.concat(
        Array.from({ length: 4 }, () => Buffer.alloc(188).fill('G', 0, 1)),
      ),
    }
    it.each(Object.keys(heads))('a playlist behind a %s is not followed', async (name) => {
      const bytes = Buffer.concat([heads[name] ?? Buffer.alloc(0), Buffer.from(playlist())])
      expect(await throughEngine(bytes, each)).toMatchObject({ end: 'unplayable' })
    })

    it('a playlist behind a whole recording is only a tail', async () => {
      const outcome = await throughEngine(Buffer.concat([sample, Buffer.from(playlist())]), each)
      expect(outcome).toMatchObject({ end: 'ready', pictures: [10] })
    })

    it.each([
      ['an address', () => `${address}/elsewhere.mp4`],
      ['a local file', () => `file://${secret}`],
    ])('a header that says its media are at %s is not believed', async (_, place) => {
      // ISO/IEC 14496-12 §8.7.2: without flag 1 the media are elsewhere.
      const url = box('url ', u32(0), Buffer.from(`${place()}\0`))
      const forged = withBox(sample, 'dref', box('dref', u32(0, 1), url))
      const outcome = await throughEngine(forged, each)
      // The media that it brings are what is played.
      expect(outcome).toMatchObject({ end: 'ready', pictures: [10] })
    })
  },
)
