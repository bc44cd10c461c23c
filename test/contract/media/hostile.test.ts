import { readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKeyframes } from '../../../shared/media/keyframes.ts'
import { planRenditions } from '../../../shared/media/plan-renditions.ts'
import { probe } from '../../../shared/media/probe.ts'
import { renderChunk } from '../../../shared/media/render-chunk.ts'
import type { FootageSource } from '../../../shared/media/source.ts'
import type { MediaTools } from '../../../shared/media/tools.ts'
import {
  allTools,
  bytesSource,
  EVERYTHING,
  ffmpeg,
  never,
  planOf,
  temporaryFolder,
  testPicture,
  testSound,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const tools = await allTools()
const first = tools[0] as MediaTools
let requests = 0
const trap = createServer((_, response) => {
  requests++
  response.end()
})
let trapUrl = ''
let sample = Buffer.alloc(0)

beforeAll(async () => {
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`
  const file = path.join(folder.path, 'sample.mp4')
  await ffmpeg(first, [
    ...[...testPicture(2), ...testSound(2), ...X264, '-g', '30', '-c:a', 'aac'],
    ...['-movflags', '+faststart', file],
  ])
  sample = readFileSync(file)
  await writeFile(path.join(folder.path, 'secret.txt'), 'a secret of this machine')
}, 30_000)
afterAll(async () => {
  trap.closeAllConnections()
  trap.close()
  await folder[Symbol.asyncDispose]()
})

const probed = (bytes: Buffer) => probe(bytesSource(bytes), first, never)

describe('text that calls itself a recording', { timeout: 60_000 }, () => {
  const secret = () => path.join(folder.path, 'secret.txt')
  const disguises: Record<string, () => string> = {
    'HLS playlist': () => `#EXTM3U\n#EXTINF:1,\n${trapUrl}/a.ts\n`,
    'HLS of a local file': () => `#EXTM3U\n#EXTINF:1,\nfile://${secret()}\n`,
    'concat script': () => `ffconcat version 1.0\nfile '${secret()}'\nfile '${trapUrl}/x'\n`,
    DASH: () => `<?xml version="1.0"?><MPD><BaseURL>${trapUrl}</BaseURL></MPD>`,
    SDP: () => 'v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n',
    subfile: () => `subfile,,start,0,end,100,,:${secret()}`,
    data: () => 'data:text/plain;base64,AAAA',
  }
  it.each(Object.keys(disguises))('%s is refused unseen', async (name) => {
    const result = await probed(Buffer.from(disguises[name]?.() ?? ''))
    expect(result).toMatchObject({ playable: false, reason: 'disguised' })
    expect(requests).toBe(0)
  })

  it.each(tools.map((each) => [each.version, each] as const))(
    'behind a file type box it is no recording, and nothing is fetched (ffmpeg %s)',
    async (_, each) => {
      const ftyp = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex')
      const polyglot = Buffer.concat([ftyp, Buffer.from(disguises['HLS playlist']?.() ?? '')])
      expect(await probe(bytesSource(polyglot), each, never)).toMatchObject({ playable: false })
      const tsHead = Buffer.alloc(188 * 4, 0)
      for (let at = 0; at < tsHead.length; at += 188) tsHead[at] = 0x47
      const asTs = Buffer.concat([tsHead, Buffer.from(disguises['HLS playlist']?.() ?? '')])
      expect(await probe(bytesSource(asTs), each, never)).toMatchObject({ playable: false })
      expect(requests).toBe(0)
    },
  )
})

describe('broken and absurd recordings', { timeout: 60_000 }, () => {
  it('of no bytes, of noise, of one box', async () => {
    expect(await probed(Buffer.alloc(0))).toMatchObject({ reason: 'empty' })
    expect(await probed(Buffer.alloc(4096, 0xa5))).toMatchObject({ reason: 'not-a-recording' })
    expect(await probed(Buffer.from('000000086d6f6f76', 'hex'))).toMatchObject({ playable: false })
  })

  it('with tables that claim millions of samples', async () => {
    const forged = Buffer.from(sample)
    const stsz = forged.indexOf('stsz')
    forged.writeUInt32BE(40_000_000, stsz + 12)
    expect(await probed(forged)).toMatchObject({ playable: false, reason: 'damaged' })
    const stts = Buffer.from(sample)
    stts.writeUInt32BE(0x7fffffff, stts.indexOf('stts') + 8)
    expect(await probed(stts)).toMatchObject({ playable: false, reason: 'damaged' })
  })

  it('with a header larger than the file', async () => {
    const forged = Buffer.from(sample)
    forged.writeUInt32BE(0x7fffffff, forged.indexOf('moov') - 4)
    expect(await probed(forged)).toMatchObject({ playable: false, reason: 'damaged' })
  })

  it('cut off before the index was written', async () => {
    const file = path.join(folder.path, 'tail.mp4')
    await ffmpeg(first, [...testPicture(1), ...X264, file])
    const whole = readFileSync(file)
    expect(await probed(whole.subarray(0, whole.indexOf('moov') - 4))).toMatchObject({
      playable: false,
      reason: 'damaged',
      detail: expect.stringContaining('index is missing'),
    })
  })

  it('with more tracks than any camera has', async () => {
    const moov = sample.indexOf('moov') - 4
    const trak = sample.indexOf('trak') - 4
    const size = sample.readUInt32BE(trak)
    const copies = Array.from({ length: 900 }, () => sample.subarray(trak, trak + size))
    const forged = Buffer.concat([sample.subarray(0, trak), ...copies, sample.subarray(trak)])
    forged.writeUInt32BE(sample.readUInt32BE(moov) + 900 * size, moov)
    expect(await probed(forged)).toMatchObject({ playable: false, reason: 'damaged' })
  })

  it('with a picture of absurd size', async () => {
    const file = path.join(folder.path, 'huge.mkv')
    await ffmpeg(first, [
      ...[
        '-f',
        'lavfi',
        '-i',
        'color=s=8192x4096:r=1:d=1',
        '-c:v',
        'mjpeg',
        '-pix_fmt',
        'yuvj420p',
      ],
      file,
    ])
    expect(await probed(readFileSync(file))).toMatchObject({ playable: false })
  })

  it.each([0.3, 0.6, 0.9])('cut at %f of its length it plays as far as it goes', async (share) => {
    const cut = bytesSource(sample.subarray(0, Math.floor(sample.length * share)))
    const plan = await planOf(cut, first, 1)
    expect(plan.truncatedAtSeconds).toBeGreaterThan(0)
    expect(plan.truncatedAtSeconds).toBeLessThan(2.1)
    const results = []
    for (const chunk of plan.chunks) results.push(await render(cut, plan, chunk.index))
    expect(results.map((result) => result.copy?.video.packets)).toEqual(
      plan.chunks.map((chunk) => chunk.packets),
    )
  })

  it('with flipped bits ends as playable or not, and leaves nothing behind', async () => {
    const before = await leftovers()
    const random = seeded(7)
    for (let round = 0; round < 12; round++) {
      const mutant = Buffer.from(sample)
      const region = round % 2 === 0 ? mutant.length : 4096
      for (let flips = 0; flips < 16; flips++) {
        const at = Math.floor(random() * region)
        mutant[at] = (mutant[at] ?? 0) ^ (1 << Math.floor(random() * 8))
      }
      const source = bytesSource(mutant)
      const described = await probe(source, first, never)
      if (!described.playable) continue
      const keyframes = await readKeyframes(source, described.media, first, never)
      if (!keyframes.playable) continue
      const plan = planRenditions(described.media, keyframes.keyframes)
      await render(source, plan, 0).catch((error) => expect(error.mediaCode).toBeDefined())
    }
    expect(await leftovers()).toEqual(before)
  })
})

const render = (source: FootageSource, plan: Awaited<ReturnType<typeof planOf>>, index: number) => {
  const chunk = plan.chunks[index]
  if (!chunk) throw new Error(`There is no chunk ${index}.`)
  return renderChunk({
    ...{ source, tools: first, plan, chunk, wanted: EVERYTHING, signal: never },
    onOutput: async () => {},
  })
}

const leftovers = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`bluelamp-media-${process.pid}-`))

/** A small generator (mulberry32) so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
