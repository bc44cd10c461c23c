import type { Readable } from 'node:stream'
import type { ChunkResult } from '../chunk-result.ts'
import { MediaError } from '../errors.ts'
import type { OutputKind, OutputSink } from '../output-sink.ts'
import type { ChunkPlan, RenditionPlan } from '../plan.ts'
import { provenanceOf, runFfmpeg } from '../running/ffmpeg.ts'
import { type RangeProxy, serveRanges } from '../running/range-proxy.ts'
import type { MediaTools } from '../running/tools.ts'
import type { FootageSource } from '../source.ts'
import { chunkCommand, type Wanted } from './chunk-command.ts'
import { chunkSource } from './chunk-source.ts'
import { DescentProof } from './descent.ts'
import { NO_SHEET, readSheet, storyboardOf } from './storyboard-sheet.ts'
import { isUndecodable } from './undecodable.ts'
import { writeRendition } from './write-rendition.ts'

/** Just below the ten minutes that a job may take. */
const CHUNK_WALL_MS = 9 * 60_000 + 30_000
const CHUNK_STALL_MS = 60_000
/** ffmpeg reads ahead of a seek by some megabytes if it is let. */
const WINDOW_BYTES = 2 * 1024 * 1024

/** A chunk to render, what of it, and where the results go. */
export type ChunkJob = {
  source: FootageSource
  tools: MediaTools
  plan: RenditionPlan
  chunk: ChunkPlan
  wanted: Wanted
  /**
   * Where an output goes while it is made: opened once for each, committed when ffmpeg has ended
   * well and everything is verified. What it throws fails the job.
   */
  openOutput: (kind: OutputKind) => OutputSink
  /** How much of the chunk ffmpeg has made, 0 … 1 and never falling. */
  onProgress?: (fraction: number) => void
  signal: AbortSignal
}

/**
 * Renders one chunk: one reading, one decoding, one run of ffmpeg, and no file. Leaves no process
 * behind and nothing committed that is not whole, however it ends. That there is nothing to show in
 * a storyboard is no failure: the result says so.
 * @throws MediaError, `no-keyframe` if its pictures cannot be decoded and more than a storyboard was
 *   to be made of them; whatever an output threw
 */
export async function renderChunk(job: ChunkJob): Promise<ChunkResult> {
  const { tools, plan, chunk, wanted, signal } = job
  let touch = () => {}
  const read = await chunkSource(job)
  await using proxy = await serveRanges(read, {
    signal,
    onBytes: () => touch(),
    windowBytes: WINDOW_BYTES,
  })
  const isCopied = plan.copy.video.method === 'copied'
  const proof = wanted.copy && isCopied ? new DescentProof(plan.media) : null
  const outputs: Pick<ChunkResult, OutputKind> = { copy: null, proxy: null, storyboard: null }
  let sheet: Buffer = NO_SHEET
  const storyboardAlone = wanted.storyboard && !wanted.copy && !wanted.proxy
  const sinks: OutputSink[] = []
  // ffmpeg, whose pipe closes then, may complain before it is killed: the cause is what was thrown.
  let refusal: { error: unknown } | null = null
  const opened = (kind: OutputKind): OutputSink => {
    const sink = job.openOutput(kind)
    sinks.push(sink)
    return {
      commit: () => sink.commit(),
      write: (bytes) =>
        sink.write(bytes).catch((error: unknown) => {
          refusal ??= { error }
          throw error
        }),
    }
  }
  const progress = progressOf(job)
  const rendition = (kind: 'copy' | 'proxy', copied: boolean) => async (pipe: Readable) => {
    const onPicture = (packet: Buffer, kept: boolean) => {
      if (copied) proof?.addCopied(packet, kept)
    }
    const onSeconds = progress(kind)
    const work = { plan, chunk, copied, onPicture, onSeconds }
    outputs[kind] = await writeRendition(pipe, opened(kind), work)
  }
  const command = chunkCommand(plan, chunk, wanted, proxy.url, {
    copy: rendition('copy', isCopied),
    descent: async (pipe) => proof?.readOriginal(pipe),
    proxy: rendition('proxy', false),
    storyboard: async (pipe) => {
      sheet = await readSheet(pipe)
    },
  })
  // Whatever ffmpeg made of a recording that could not be read to the end is not to be trusted.
  const unread = () => proxy.failure() !== undefined && !signal.aborted
  await runFfmpeg(command, {
    tools,
    stage: 'chunk',
    wallMs: CHUNK_WALL_MS,
    stallMs: CHUNK_STALL_MS,
    signal,
    onStart: (alive) => (touch = alive),
  }).catch((error: unknown) => {
    if (unread()) throw sourceFailed(proxy)
    if (refusal) throw refusal.error
    if (!isUndecodable(error)) throw error
    if (!storyboardAlone) throw undecodable(error)
    // What came of it before ffmpeg gave up is not to be trusted.
    sheet = NO_SHEET
  })
  if (unread()) throw sourceFailed(proxy)
  // A worker that has lost its claim must not publish.
  if (signal.aborted) throw new MediaError('chunk', 'aborted', 'The work was withdrawn.')
  // What is not the original's is not stored.
  const descent = proof?.conclude() ?? null
  // Opened only now: what is opened is committed, and an empty picture is none.
  if (sheet.length > 0) {
    await opened('storyboard').write(sheet)
    outputs.storyboard = storyboardOf(sheet, plan, chunk)
  }
  await Promise.all(sinks.map((sink) => sink.commit()))
  job.onProgress?.(1)
  return {
    version: 1,
    index: chunk.index,
    ...outputs,
    noStoryboard: wanted.storyboard && !outputs.storyboard ? NOTHING_TO_SHOW : null,
    descent,
    tool: { version: tools.version, arguments: provenanceOf(command) },
    bytesRead: proxy.bytesRead(),
  }
}

const sourceFailed = (proxy: RangeProxy) =>
  new MediaError('chunk', 'source-failed', 'The recording could not be read.', {
    cause: proxy.failure(),
  })

const NOTHING_TO_SHOW = 'No picture of the chunk could be decoded for it.'

const undecodable = (cause: unknown) =>
  new MediaError('chunk', 'no-keyframe', 'The pictures of the chunk cannot be decoded.', { cause })

/**
 * How much of the chunk has come out of ffmpeg, as its packets tell, in whichever output is furthest
 * behind. What ffmpeg itself gives account of begins only when the last output has: a storyboard's
 * at the very end.
 */
function progressOf({ chunk, wanted, onProgress }: ChunkJob) {
  const reached: Partial<Record<'copy' | 'proxy', number>> = {
    ...(wanted.copy && { copy: 0 }),
    ...(wanted.proxy && { proxy: 0 }),
  }
  let furthest = 0
  return (kind: 'copy' | 'proxy') => (atSeconds: number) => {
    reached[kind] = (atSeconds - chunk.startSeconds) / Math.max(chunk.durationSeconds, 0.001)
    const fraction = Math.min(0.99, ...Object.values(reached))
    if (fraction <= furthest) return
    furthest = fraction
    onProgress?.(furthest)
  }
}
