import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { MediaError } from '../errors.ts'
import { MalformedBoxError } from '../mp4/boxes.ts'
import { type Packet, readFragmentedMp4 } from '../mp4/fragmented.ts'
import { withWholeSamples } from '../mp4/whole-samples.ts'
import type { RenditionPlan } from '../plan.ts'
import { type FfmpegCommand, runFfmpeg } from '../running/ffmpeg.ts'
import { inputGuards } from '../running/guards.ts'
import { serveRanges } from '../running/range-proxy.ts'
import type { MediaTools } from '../running/tools.ts'
import { endingAt, type FootageSource } from '../source.ts'
import { comparedFormOptions, inComparedForm } from './descent.ts'

/** ffmpeg is silent while it hashes; its reading shows that it lives. */
const STALL_MS = 60_000

/**
 * The SHA-256 over the packets of a recording's pictures, in one pass over the whole of it and in
 * the form in which a stream copy has them too. Where the recording breaks off, only its first
 * `packets` count: there, the last one is not whole.
 * @throws MediaError
 */
export async function hashOriginal(job: {
  source: FootageSource
  tools: MediaTools
  plan: RenditionPlan
  packets: number
  wallMs: number
  signal: AbortSignal
}): Promise<string> {
  const { source, tools, plan, packets, wallMs, signal } = job
  let touch = () => {}
  const whole = await withWholeSamples(endingAt(source, plan.readUntil), plan, signal)
  await using proxy = await serveRanges(whole, { signal, onBytes: () => touch() })
  let answer = ''
  await runFfmpeg(
    hashCommand(plan, packets, proxy.url, async (pipe) => {
      answer = await text(pipe)
    }),
    { tools, stage: 'descent', wallMs, stallMs: STALL_MS, signal, onStart: (t) => (touch = t) },
  )
  if (proxy.failure() !== undefined)
    throw new MediaError('descent', 'source-failed', 'The recording could not be read.', {
      cause: proxy.failure(),
    })
  const digest = /^SHA256=([0-9a-f]{64})/i.exec(answer)?.[1]
  if (!digest) throw new MediaError('descent', 'output-wrong', 'ffmpeg gave no hash.')
  return digest.toLowerCase()
}

function hashCommand(
  plan: RenditionPlan,
  packets: number,
  url: string,
  read: FfmpegCommand['outputs'][number]['read'],
): FfmpegCommand {
  const { media, truncatedAtSeconds } = plan
  const cut = truncatedAtSeconds === null ? [] : ['-frames:v', `${packets}`]
  return {
    input: { url, options: inputGuards(media.container) },
    filterGraph: null,
    outputs: [
      {
        options: [
          ...['-map', `0:${media.video.stream}`, '-c:v', 'copy', '-copyinkf:v', ...cut],
          ...[...comparedFormOptions(media), '-f', 'hash', '-hash', 'sha256'],
        ],
        read,
      },
    ],
  }
}

/** What anybody can run over the original to get the same hash. */
export const hashCommandForPeople = ({ media }: Pick<RenditionPlan, 'media'>): string =>
  [
    ...[
      'ffmpeg',
      ...(media.container === 'mov' ? ['-ignore_editlist', '1'] : []),
      '-i',
      'ORIGINAL',
    ],
    ...[
      '-map',
      `0:${media.video.stream}`,
      '-c',
      'copy',
      '-copyinkf',
      ...comparedFormOptions(media),
    ],
    ...['-f', 'hash', '-hash', 'sha256', '-'],
  ].join(' ')

/** Hashes the files of a stream copy, one after the other, as they are played. */
export class CopyHash {
  readonly #plan: RenditionPlan
  readonly #all: Hash = createHash('sha256')
  #packets = 0

  constructor(plan: RenditionPlan) {
    this.#plan = plan
  }

  /** Takes the next file and gives the SHA-256 of its bytes; null if it is no rendition any more. */
  async add(file: AsyncIterable<Uint8Array>): Promise<string | null> {
    const whole = createHash('sha256')
    const bytes = Readable.from(
      (async function* () {
        for await (const piece of file) {
          whole.update(piece)
          yield Buffer.from(piece)
        }
      })(),
    )
    try {
      for await (const part of readFragmentedMp4(bytes))
        if (part.kind === 'packets') this.#addPackets(part.packets)
      return whole.digest('hex')
    } catch (error) {
      if (error instanceof MalformedBoxError) return null
      throw error
    }
  }

  #addPackets(packets: Packet[]): void {
    for (const { track, data } of packets) {
      if (track.kind !== 'video') continue
      this.#packets++
      this.#all.update(inComparedForm(this.#plan.media, data))
    }
  }

  /** The SHA-256 over the packets of pictures in all files so far. */
  finish(): { packets: number; sha256: string } {
    return { packets: this.#packets, sha256: this.#all.digest('hex') }
  }
}
