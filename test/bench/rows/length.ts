import { stat } from 'node:fs/promises'
import type { LocalSystem } from '../../../infra/local/local-system.ts'
import { type Container, longRecording } from '../footage/recordings.ts'
import { median } from '../harness/quantile.ts'
import type { Bench, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { type PipelineRun, runPipeline } from '../measure/pipeline.ts'
import { openPlayback } from '../measure/playback.ts'

const MINUTE = 60
const HOUR = 3600
const LENGTHS: [string, number][] = [
  ['1 min', MINUTE],
  ['10 min', 10 * MINUTE],
  ['2 h', 2 * HOUR],
  ['12 h', 12 * HOUR],
]
const MIB = 1024 * 1024
/** How often the media playlist is asked for. */
const PLAYLIST_READS = 5

type Measured = PipelineRun & {
  size: number
  playlist: { bytes: number; ms: number }
}

export const length: Row = {
  name: 'length',
  title:
    'What grows with the length of a recording and what must not: 320×180, five pictures a second, through the whole system; the proxy is left to the first view.',
  async run(bench) {
    const lines: string[][] = []
    const runs = new Map<string, Measured>()
    for (const container of ['mp4', 'ts'] as const) {
      for (const [name, seconds] of bench.quick ? LENGTHS.slice(0, 2) : LENGTHS) {
        const run = await measured(bench, seconds, container)
        runs.set(`${name} ${container}`, run)
        lines.push([`${name} ${container}`, ...cellsOf(run)])
        bench.say(lines.at(-1)?.join(' · ') ?? '')
      }
    }
    const all = [...runs.values()]
    const most = (of: (run: Measured) => number) => Math.max(...all.map(of))
    const nodeMebibytes = (name: string, container: Container) =>
      (runs.get(`${name} ${container}`)?.peaks?.worker ?? 0) / MIB
    const growth = (container: Container) =>
      (runs.get(`12 h ${container}`)?.playable ?? 0) /
      (runs.get(`10 min ${container}`)?.playable ?? 1)
    return {
      head: [
        ...['recording', 'MiB', 'landed → secured s', 'secured → playable s', '→ ready s'],
        ...['worker MiB', 'ffmpeg MiB', 'together MiB', 'temp disk MiB'],
        ...['jobs', 'longest job s', 'requests', 'footage read ÷ size', 'a job reads MiB'],
        'media playlist',
      ],
      lines,
      goals: [
        { what: 'longest job', seen: most(longestJob), atMost: 600, unit: 's' },
        {
          what: 'memory of a worker and all that it runs',
          seen: most(({ peaks }) => (peaks?.instance ?? 0) / MIB),
          atMost: 1024,
          unit: 'MiB',
        },
        {
          what: 'temporary disk of two jobs at once',
          seen: most(({ peaks }) => (peaks?.disk ?? 0) / MIB),
          atMost: 572,
          unit: 'MiB',
        },
        ...(bench.quick ? [] : (['mp4', 'ts'] as const)).map((container) => ({
          what: `secured → playable of 12 h against 10 min, ${container}`,
          seen: growth(container),
          atMost: 1.5,
          unit: '×',
        })),
        ...(bench.quick ? [] : (['mp4', 'ts'] as const)).map((container) => ({
          what: `memory of Node, 12 h less 10 min, ${container}`,
          seen: nodeMebibytes('12 h', container) - nodeMebibytes('10 min', container),
          atMost: 64,
          unit: 'MiB',
        })),
      ],
      notes: [
        'Memory: the kernel’s peak of the largest worker and of the largest ffmpeg; together: a worker with all that runs under it at one moment, which may be two jobs. The media playlist is that of the copy, over HTTP, in one answer.',
      ],
    }
  },
}

async function measured(bench: Bench, seconds: number, container: Container): Promise<Measured> {
  const file = await longRecording(bench, seconds, container)
  const playlist = { bytes: 0, ms: 0 }
  const inspect = async (system: LocalSystem, id: string) => {
    Object.assign(playlist, await readPlaylist(system, id))
  }
  const run = await runPipeline(bench, file, {
    settings: { PROXY_POLICY: 'on-view' },
    watch: true,
    inspect,
  })
  return { ...run, size: (await stat(file)).size, playlist }
}

async function readPlaylist(system: LocalSystem, id: string): Promise<Measured['playlist']> {
  const { copy } = await openPlayback(system, id)
  const reads: { bytes: number; ms: number }[] = []
  for (let n = 0; n < PLAYLIST_READS; n++) {
    const began = performance.now()
    const text = await (await fetch(copy)).text()
    if (!text.includes('#EXT-X-ENDLIST')) throw new Error(`The playlist has no end: ${text}`)
    reads.push({ bytes: Buffer.byteLength(text), ms: performance.now() - began })
  }
  return { bytes: reads[0]?.bytes ?? 0, ms: median(reads.map(({ ms }) => ms)) }
}

/** Jobs that read footage. */
const isMediaJob = ({ name }: { name: string }) =>
  /^(secureFootage|planRenditions|makePoster|renderChunk)/.test(name)

const longestJob = ({ jobs }: PipelineRun): number =>
  Math.max(...jobs.map(({ seconds }) => seconds))

function cellsOf(run: Measured): string[] {
  const { securing, playable, ready, peaks, jobs, requests, size, playlist } = run
  const media = jobs.filter(isMediaJob)
  const mebibytes = (bytes = 0) => figure(bytes / MIB)
  return [
    ...[mebibytes(size), figure(securing), figure(playable), figure(ready)],
    ...[peaks?.worker, peaks?.child, peaks?.instance, peaks?.disk].map(mebibytes),
    ...[`${media.length}`, figure(longestJob(run)), `${requests.total}`],
    ...[figure(requests.bytes / size), mebibytes(requests.bytes / media.length)],
    `${(playlist.bytes / 1024).toFixed(0)} KiB, ${playlist.ms.toFixed(0)} ms`,
  ]
}
