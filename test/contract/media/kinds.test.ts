import { readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Wanted } from '../../../shared/media/chunk/chunk-command.ts'
import { renderChunk } from '../../../shared/media/chunk/render-chunk.ts'
import { NOWHERE, type OutputKind } from '../../../shared/media/output-sink.ts'
import { makePoster } from '../../../shared/media/poster/poster.ts'
import type { MediaTools } from '../../../shared/media/running/tools.ts'
import { boxAt, withSpoiltPictures } from './hostile/forge.ts'
import {
  allTools,
  bytesSource,
  CAR_DETECTION,
  countDecoded,
  ffmpeg,
  fileSource,
  never,
  packetsOf,
  planOf,
  renderAll,
  temporaryFolder,
  testPicture,
  testSound,
  videoHash,
  X264,
} from './support.ts'

const folder = await temporaryFolder()
const tools = await allTools()
const first = tools[0] as MediaTools
afterAll(() => folder[Symbol.asyncDispose]())

const make = async (name: string, ...args: string[]): Promise<string> => {
  const file = path.join(folder.path, name)
  await ffmpeg(first, [...args, file])
  return file
}
const GOP = ['-g', '30']

describe('recordings of every kind', { timeout: 60_000 }, () => {
  it.each(tools.map((each) => [each.version, each] as const))(
    'a real one, with ffmpeg %s',
    async (_, each) => {
      const source = fileSource(CAR_DETECTION)
      const plan = await planOf(source, each)
      expect(plan.media).toMatchObject({
        container: 'mov',
        video: { codec: 'h264', width: 768, height: 432, frameRate: 12.5 },
        audio: { codec: 'aac', sampleRate: 48_000 },
      })
      await using out = await temporaryFolder()
      const [result] = await renderAll(source, each, plan, out.path)
      expect(result?.copy?.video.packets).toBe(377)
      expect(result?.proxy?.video.packets).toBe(377)
      expect(result?.copy?.codecs).toBe('avc1.428016,mp4a.40.2')
      expect(result?.tool.arguments.join(' ')).not.toContain('127.0.0.1')
      expect(await videoHash(each, path.join(out.path, 'copy.m3u8'))).toBe(
        await videoHash(each, CAR_DETECTION),
      )
      const poster = await makePoster({ source, tools: each, plan, signal: never })
      expect(poster).toMatchObject({ width: 768, height: 432 })
      expect(poster.jpeg.subarray(0, 2).toString('hex')).toBe('ffd8')
    },
  )

  it('without sound', async () => {
    const file = await make('silent.mp4', ...testPicture(2), ...X264, ...GOP)
    const plan = await planOf(fileSource(file), first, 1)
    await using out = await temporaryFolder()
    const results = await renderAll(fileSource(file), first, plan, out.path)
    expect(plan.audio).toBeNull()
    expect(results.map(({ copy }) => copy?.audio)).toEqual([null, null])
    expect(await countDecoded(first, path.join(out.path, 'proxy.m3u8'))).toBe(60)
  })

  it('of variable frame rate: every picture keeps its time', async () => {
    const uneven = "setpts='if(lt(N,60),N/30,2+(N-60)/7.5)/TB'"
    const file = await make(
      'uneven.mp4',
      ...[...testPicture(3), '-vf', uneven, '-fps_mode', 'vfr', ...X264, ...GOP, '-bf', '2'],
    )
    const plan = await planOf(fileSource(file), first, 1)
    await using out = await temporaryFolder()
    await renderAll(fileSource(file), first, plan, out.path)
    const times = async (of: string) =>
      (await packetsOf(first, of, 'v:0'))
        .map(({ pts }) => Math.round(pts * 1000))
        .toSorted((a, b) => a - b)
    const original = await times(file)
    expect(await times(path.join(out.path, 'copy.m3u8'))).toEqual(original)
    expect(await times(path.join(out.path, 'proxy.m3u8'))).toEqual(original)
  })

  it('turned by a quarter: the proxy and the poster are upright', async () => {
    const flat = await make('flat.mp4', ...testPicture(1), ...X264)
    const file = await make(...(await turned(first, flat, path.join(folder.path, 'turned.mp4'))))
    const plan = await planOf(fileSource(file), first)
    expect([90, 270]).toContain(plan.media.video.rotation)
    expect(plan.proxy).toMatchObject({ width: 180, height: 320 })
    await using out = await temporaryFolder()
    const [result] = await renderAll(fileSource(file), first, plan, out.path)
    expect(result?.proxy).toMatchObject({ width: 180, height: 320 })
    const poster = await makePoster({ source: fileSource(file), tools: first, plan, signal: never })
    expect(poster).toMatchObject({ width: 180, height: 320 })
  })

  it('H.265: copied with the tag that players ask for', async () => {
    const file = await make(
      'hevc.mkv',
      ...[...testPicture(2), '-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
      ...['-x265-params', 'log-level=none:keyint=30'],
    )
    const plan = await planOf(fileSource(file), first, 1)
    await using out = await temporaryFolder()
    const results = await renderAll(fileSource(file), first, plan, out.path)
    expect(plan.copy.video).toEqual({ method: 'copied' })
    expect(results[0]?.copy?.codecs).toMatch(/^hvc1\.1\.6\.L\d+\.90$/)
    expect(await countDecoded(first, path.join(out.path, 'copy.m3u8'))).toBe(60)
    expect(await videoHash(first, path.join(out.path, 'copy.m3u8'))).toBe(
      await videoHash(first, file),
    )
  })

  it('MPEG-4 with B-frames and MP3 in AVI: encoded at full size, and says so', async () => {
    const file = await make(
      'old.avi',
      ...[...testPicture(3), ...testSound(3)],
      ...['-c:v', 'mpeg4', '-bf', '2', '-q:v', '4', ...GOP, '-c:a', 'libmp3lame'],
    )
    const plan = await planOf(fileSource(file), first, 1)
    expect(plan.copy.video).toMatchObject({ method: 'encoded', reason: /mpeg4/ })
    expect(plan.audio).toMatchObject({ method: 'encoded', reason: /mp3/ })
    await using out = await temporaryFolder()
    const results = await renderAll(fileSource(file), first, plan, out.path)
    expect(results[0]?.copy).toMatchObject({ width: 320, height: 180 })
    expect(await countDecoded(first, path.join(out.path, 'copy.m3u8'))).toBe(
      await countDecoded(first, file),
    )
  })

  // In a transport stream nothing but its own packets tells what sound is.
  it.each(['late.mp4', 'late.ts'])(
    '%s, with sound that starts late: silence before',
    async (name) => {
      const file = await make(
        name,
        ...[...testPicture(9, '10', '64x64'), '-itsoffset', '7', ...testSound(2)],
        ...['-map', '0', '-map', '1', ...X264, '-g', '10', '-c:a', 'aac'],
      )
      const plan = await planOf(fileSource(file), first, 3)
      expect(plan.audio).toMatchObject({ method: 'encoded', reason: /starts after/ })
      await using out = await temporaryFolder()
      await renderAll(fileSource(file), first, plan, out.path)
      const playlist = path.join(out.path, 'copy.m3u8')
      const volume = async (from: number) => {
        const key = 'lavfi.astats.Overall.RMS_level'
        const printed = await ffmpeg(first, [
          ...['-i', playlist, '-map', '0:a', '-f', 'null', '-af'],
          ...[`atrim=${from}:${from + 1},astats=metadata=1,ametadata=mode=print:key=${key}:file=-`],
          '-',
        ])
        const decibels = printed.trim().split('=').at(-1)
        return decibels === '-inf' ? Number.NEGATIVE_INFINITY : Number(decibels)
      }
      expect(await volume(0.5)).toBeLessThan(-60)
      expect(await volume(7.7)).toBeGreaterThan(-30)
    },
  )

  it('with notes of the camera in a text track: they are left aside', async () => {
    const notes = path.join(folder.path, 'notes.srt')
    await writeFile(notes, '1\n00:00:00,000 --> 00:00:01,000\n51.53,-0.13\n')
    for (const [name, codec] of [
      ['notes.mp4', 'mov_text'],
      ['notes.mkv', 'srt'],
    ] as const) {
      const input = [...testPicture(1), '-i', notes, '-map', '0', '-map', '1']
      const file = await make(name, ...input, ...X264, ...GOP, '-c:s', codec)
      const plan = await planOf(fileSource(file), first)
      await using out = await temporaryFolder()
      const [result] = await renderAll(fileSource(file), first, plan, out.path)
      expect(result?.copy?.video.packets).toBe(30)
    }
  })

  it.each([
    [30, 1],
    [70, 6],
  ])('with a single keyframe in %i s: %i segments, none too long', async (seconds, segments) => {
    const file = await make(
      `single-${seconds}.mp4`,
      ...[...testPicture(seconds, '5', '160x90'), ...X264, '-g', '9999', '-sc_threshold', '0'],
    )
    const plan = await planOf(fileSource(file), first, 5)
    await using out = await temporaryFolder()
    const [result] = await renderAll(fileSource(file), first, plan, out.path)
    expect(plan.chunks).toHaveLength(1)
    const durations = result?.copy?.segments.map((segment) => segment.durationSeconds) ?? []
    expect(durations).toHaveLength(segments)
    for (const duration of durations)
      expect(Math.round(duration)).toBeLessThanOrEqual(plan.targetDurationSeconds)
    expect(await countDecoded(first, path.join(out.path, 'copy.m3u8'))).toBe(5 * seconds)
  })

  it('with a single keyframe in two hours: copied, in segments that fit a row', async () => {
    const short = await make('short.mp4', ...testPicture(10, '5', '160x90'), ...X264, '-g', '9999')
    const looped = ['-stream_loop', '719', '-i', short, '-c', 'copy']
    const file = await make('shift.mp4', ...looped)
    const bytes = readFileSync(file)
    // The index calls the first picture alone a keyframe (ISO/IEC 14496-12 §8.6.2).
    bytes.writeUInt32BE(1, bytes.lastIndexOf('stss') + 8)
    const source = bytesSource(bytes)
    const plan = await planOf(source, first)
    expect(plan.proxyOmitted).toMatch(/^120 minutes/)
    await using out = await temporaryFolder()
    const wanted = { copy: true, proxy: false, storyboard: false }
    const results = await renderAll(source, first, plan, out.path, wanted)
    const [copy] = results.flatMap((result) => result.copy ?? [])
    expect(results).toHaveLength(1)
    expect(copy?.video.packets).toBe(36_000)
    for (const { durationSeconds } of copy?.segments ?? [])
      expect(Math.round(durationSeconds)).toBeLessThanOrEqual(plan.targetDurationSeconds)
    expect(JSON.stringify(copy).length).toBeLessThan(32 * 1024)
    expect(await videoHash(first, path.join(out.path, 'copy.m3u8'))).toBe(
      await videoHash(first, file),
    )
  })

  it('of open groups: a storyboard alone, without a proxy', async () => {
    const file = await make(
      'open.mp4',
      ...[...testPicture(4), '-c:v', 'libx264', '-preset', 'veryfast'],
      ...['-x264-params', 'open-gop=1:keyint=30:scenecut=0', '-bf', '3'],
    )
    const plan = await planOf(fileSource(file), first, 1)
    await using out = await temporaryFolder()
    const wanted = { copy: false, proxy: false, storyboard: true }
    const results = await renderAll(fileSource(file), first, plan, out.path, wanted)
    expect(results.map(({ storyboard }) => storyboard?.tiles)).toEqual([1, 1, 1, 1])
  })

  it('of one picture', async () => {
    const file = await make('one.mp4', ...testPicture(0.03), ...X264)
    const plan = await planOf(fileSource(file), first)
    await using out = await temporaryFolder()
    const [result] = await renderAll(fileSource(file), first, plan, out.path)
    expect(result?.copy?.video.packets).toBe(1)
    expect(result?.storyboard?.tiles).toBe(1)
  })

  it('of one picture that lasts no time, and of hundreds of tracks', async () => {
    const one = readFileSync(await make('one-still.mp4', ...testPicture(0.03), ...X264))
    // The duration of the first entry (ISO/IEC 14496-12 §8.6.1.2).
    one.writeUInt32BE(0, boxAt(one, 'stts') + 20)
    const single = await make('single.mp4', ...testPicture(1, '10', '64x64'), ...X264, '-g', '5')
    const maps = Array.from({ length: 300 }, () => ['-map', '0:v']).flat()
    const many = readFileSync(await make('many.ts', '-i', single, ...maps, '-c', 'copy'))
    for (const each of tools)
      for (const source of [bytesSource(one), bytesSource(many)]) {
        const plan = await planOf(source, each)
        await using out = await temporaryFolder()
        const [result] = await renderAll(source, each, plan, out.path)
        expect(result).toMatchObject({ storyboard: { tiles: 1 }, noStoryboard: null })
        expect(result?.copy?.video.packets).toBeGreaterThan(0)
      }
  })

  it.each(tools.map((each) => [each.version, each] as const))(
    'with keyframes that cannot be decoded, with ffmpeg %s',
    async (_, each) => {
      const whole = await make('whole.mp4', ...testPicture(1, '10', '64x64'), ...X264, '-g', '5')
      for (const which of ['keyframes', 'all'] as const) {
        const source = bytesSource(withSpoiltPictures(readFileSync(whole), which))
        const plan = await planOf(source, each)
        const opened: OutputKind[] = []
        const openOutput = (kind: OutputKind) => {
          opened.push(kind)
          return NOWHERE
        }
        const [chunk] = plan.chunks
        if (!chunk) throw new Error('There is no chunk.')
        const render = (wanted: Wanted) =>
          renderChunk({ source, tools: each, plan, chunk, wanted, openOutput, signal: never })
        const none = { copy: false, proxy: false, storyboard: false }
        expect(await render({ ...none, storyboard: true })).toMatchObject({
          storyboard: null,
          noStoryboard: expect.stringContaining('decoded'),
        })
        expect(opened).toEqual([])
        // What else is made of them fails, and need not be tried again.
        for (const kind of ['copy', 'proxy'] as const) {
          const work = render({ ...none, [kind]: true, storyboard: true })
          await expect(work).rejects.toMatchObject({ mediaCode: 'no-keyframe' })
        }
      }
    },
  )

  it.each(tools.map((each) => [each.version, each] as const))(
    'with nothing to show at the moments of the storyboard, with ffmpeg %s',
    async (_, each) => {
      const source = fileSource(await make('early.mp4', ...testPicture(1), ...X264, '-g', '5'))
      const plan = await planOf(source, each)
      // As if all pictures lay before the moment at which the chunk is said to begin.
      const chunks = plan.chunks.map((chunk) => ({ ...chunk, startSeconds: 50 }))
      await using out = await temporaryFolder()
      const wanted = { copy: true, proxy: false, storyboard: true }
      const [result] = await renderAll(source, each, { ...plan, chunks }, out.path, wanted)
      expect(result?.copy?.video.packets).toBe(30)
      expect(result).toMatchObject({ storyboard: null, noStoryboard: expect.any(String) })
      expect((await readdir(out.path)).toSorted()).toEqual(['copy-0.mp4', 'copy.m3u8'])
    },
  )

  it('60 pictures a second with odd sides in 4:4:4: the proxy shows every second one', async () => {
    const file = await make(
      'fast.mkv',
      ...testPicture(2, '60', '322x182'),
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p', ...GOP],
    )
    const plan = await planOf(fileSource(file), first, 1)
    await using out = await temporaryFolder()
    const results = await renderAll(fileSource(file), first, plan, out.path)
    const pictures = (kind: 'copy' | 'proxy') =>
      results.reduce((sum, result) => sum + (result[kind]?.video.packets ?? 0), 0)
    expect([pictures('copy'), pictures('proxy')]).toEqual([120, 60])
  })
})

/** Old and new ffmpegs write a display matrix by different options. */
async function turned(
  each: MediaTools,
  flat: string,
  target: string,
): Promise<[string, ...string[]]> {
  const name = path.basename(target)
  const modern = ['-display_rotation', '90', '-i', flat, '-c', 'copy']
  const old = ['-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90']
  return [name, ...(Number.parseInt(each.version, 10) >= 6 ? modern : old)]
}
