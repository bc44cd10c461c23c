import { execFile } from 'node:child_process'
import { createReadStream, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Wanted } from '../../../shared/media/chunk/chunk-command.ts'
import { renderChunk } from '../../../shared/media/chunk/render-chunk.ts'
import type { ChunkResult } from '../../../shared/media/chunk-result.ts'
import type { KeyframeNote } from '../../../shared/media/noting/keyframe-note.ts'
import { KeyframeNoter } from '../../../shared/media/noting/note-keyframes.ts'
import type { OutputSink } from '../../../shared/media/output-sink.ts'
import type { RenditionPlan } from '../../../shared/media/plan.ts'
import { CHUNK_BOUNDS } from '../../../shared/media/planning/cut-chunks.ts'
import { planRenditions } from '../../../shared/media/planning/plan-renditions.ts'
import { mediaPlaylist } from '../../../shared/media/playlist.ts'
import { readKeyframes } from '../../../shared/media/probing/keyframes.ts'
import { probe } from '../../../shared/media/probing/probe.ts'
import { findMediaTools, type MediaTools } from '../../../shared/media/running/tools.ts'
import type { FootageSource } from '../../../shared/media/source.ts'

const run = promisify(execFile)

/** A street camera's recording, see test/media/README.md. */
export const CAR_DETECTION = path.join(import.meta.dirname, '../../media/car-detection.mp4')

export const never = new AbortController().signal

/** Every distinct pair of programs on this machine: the distribution's and what npm brought. */
export async function allTools(): Promise<MediaTools[]> {
  const found = await Promise.allSettled([
    findMediaTools({ searchPath: process.env.PATH }),
    findMediaTools({}),
  ])
  const tools = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  if (tools.length === 0) throw new Error('No ffmpeg on this machine: run `npm ci`.')
  return tools.filter((one, n) => tools.findIndex(({ ffmpeg }) => ffmpeg === one.ffmpeg) === n)
}

/** A folder that goes when the test does. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-test-'))
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Runs ffmpeg as a test needs it; options before `output`. */
export async function ffmpeg(tools: MediaTools, args: string[]): Promise<string> {
  const { stdout } = await run(tools.ffmpeg, ['-v', 'error', '-nostdin', '-y', ...args], {
    env: { GCONV_PATH: '/nonexistent' },
  })
  return stdout
}

/** A moving picture with a clock in it, and a tone. */
export const testPicture = (seconds: number, rate = '30', size = '320x180'): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`],
]
export const testSound = (seconds: number): string[] => [
  ...['-f', 'lavfi', '-i', `sine=440:r=48000:d=${seconds}`],
]
export const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p']

export type CountedSource = FootageSource & { bytesRead: number }

/** A recording that lies in a file. */
export function fileSource(file: string): CountedSource {
  return {
    size: statSync(file).size,
    bytesRead: 0,
    async *read(start, endExclusive, signal) {
      if (endExclusive <= start) return
      for await (const piece of createReadStream(file, { start, end: endExclusive - 1, signal })) {
        this.bytesRead += piece.length
        yield piece
      }
    },
  }
}

/** A recording that lies in memory. */
export const bytesSource = (bytes: Buffer): FootageSource => ({
  size: bytes.length,
  async *read(start, endExclusive) {
    yield bytes.subarray(start, endExclusive)
  },
})

/** Plans a recording that must be playable; small chunks make many borders. */
export async function planOf(
  source: FootageSource,
  tools: MediaTools,
  chunkSeconds = CHUNK_BOUNDS.seconds,
  note: KeyframeNote | null = null,
): Promise<RenditionPlan> {
  const probed = await probe(source, tools, never)
  if (!probed.playable) throw new Error(`${probed.reason}: ${probed.detail}`)
  const read = await readKeyframes(source, probed.media, tools, never, note)
  if (!read.playable) throw new Error(`${read.reason}: ${read.detail}`)
  return planRenditions(probed.media, read.keyframes, { ...CHUNK_BOUNDS, seconds: chunkSeconds })
}

/** A file that is there once it is committed. */
export function fileSink(file: string): OutputSink {
  const pieces: Uint8Array[] = []
  return {
    write: async (bytes) => void pieces.push(bytes),
    commit: () => writeFile(file, Buffer.concat(pieces)),
  }
}

/** Plans it with the keyframes that securing notes where the container keeps no index. */
export async function planAsSecured(
  file: string,
  tools: MediaTools,
  chunkSeconds = CHUNK_BOUNDS.seconds,
): Promise<RenditionPlan> {
  return planOf(fileSource(file), tools, chunkSeconds, await noteOf(file))
}

/** What securing notes of a recording; null: nothing. */
export async function noteOf(file: string): Promise<KeyframeNote | null> {
  const source = fileSource(file)
  const noter = new KeyframeNoter(null)
  for await (const piece of source.read(0, source.size, never)) noter.read(Buffer.from(piece))
  const noted = noter.finish()
  return noted && { schemaVersion: 1, sourceSha256: '', ...noted }
}

export const EVERYTHING: Wanted = { copy: true, proxy: true, storyboard: true }

/** Renders all chunks into a folder, with a playlist of each rendition beside them. */
export async function renderAll(
  source: FootageSource,
  tools: MediaTools,
  plan: RenditionPlan,
  folder: string,
  wanted: Wanted = EVERYTHING,
): Promise<ChunkResult[]> {
  const results: ChunkResult[] = []
  for (const chunk of plan.chunks)
    results.push(
      await renderChunk({
        source,
        tools,
        plan,
        chunk,
        wanted,
        signal: never,
        openOutput: (kind) =>
          fileSink(
            path.join(folder, `${kind}-${chunk.index}.${kind === 'storyboard' ? 'jpg' : 'mp4'}`),
          ),
      }),
    )
  for (const kind of ['copy', 'proxy'] as const)
    if (wanted[kind])
      await writeFile(
        path.join(folder, `${kind}.m3u8`),
        mediaPlaylist({
          kind,
          results,
          chunkCount: plan.chunks.length,
          targetDurationSeconds: plan.targetDurationSeconds,
          uri: (index) => `${kind}-${index}.mp4`,
        }),
      )
  return results
}

export type ProbedPacket = { pts: number; dts: number; duration: number; key: boolean }

/** What a player that reads the whole file or playlist gets, in seconds. */
export async function packetsOf(
  tools: MediaTools,
  file: string,
  track: 'v:0' | 'a:0',
): Promise<ProbedPacket[]> {
  const { stdout } = await run(
    tools.ffprobe,
    [
      ...['-v', 'error', '-select_streams', track, '-of', 'json'],
      ...['-show_entries', 'packet=pts_time,dts_time,duration_time,flags', file],
    ],
    { maxBuffer: 64 * 1024 * 1024, env: { GCONV_PATH: '/nonexistent' } },
  )
  const { packets } = JSON.parse(stdout) as { packets: Record<string, string>[] }
  return packets.map(({ pts_time, dts_time, duration_time, flags }) => ({
    pts: Number(pts_time ?? dts_time),
    dts: Number(dts_time),
    duration: Number(duration_time),
    key: flags?.startsWith('K') ?? false,
  }))
}

/** Pictures that really come out of a decoder. */
export async function countDecoded(tools: MediaTools, file: string): Promise<number> {
  const { stdout } = await run(
    tools.ffprobe,
    [
      ...['-v', 'error', '-select_streams', 'v:0', '-count_frames', '-of', 'json'],
      ...['-show_entries', 'stream=nb_read_frames', file],
    ],
    { env: { GCONV_PATH: '/nonexistent' } },
  )
  return Number(
    (JSON.parse(stdout) as { streams: { nb_read_frames: string }[] }).streams[0]?.nb_read_frames,
  )
}

/** The filter after which packets of an Annex B source can be compared with those of an MP4. */
export const ANNEX_B = 'h264_mp4toannexb,filter_units=remove_types=7-9'

/** SHA-256 over the video packets of a file or playlist. */
export async function videoHash(tools: MediaTools, file: string, filter?: string): Promise<string> {
  return ffmpeg(tools, [
    ...['-i', file, '-map', '0:v:0', '-c', 'copy', '-copyinkf'],
    ...(filter ? ['-bsf:v', filter] : []),
    ...['-f', 'hash', '-'],
  ])
}

/** Leftovers of the engine in the temporary folder. */
export const largestGap = (times: readonly number[]): number =>
  times.slice(1).reduce((gap, time, n) => Math.max(gap, time - (times[n] ?? time)), 0)
