import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { bodyWornRecording, remuxed } from '../footage/recordings.ts'
import type { Bench, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { type PipelineRun, runPipeline } from '../measure/pipeline.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const SIZES = (quick: boolean): [small: number, large: number] =>
  quick ? [1 * MIB, 4 * MIB] : [100 * MIB, 10 * GIB]
/** What Node's memory may differ by between the two. */
const FLAT_MIB = 64

export const secureLarge: Row = {
  name: 'secure-large',
  title:
    'A transport stream of 100 MiB and one of 10 GiB from landing to the originals through the whole system, storage on disk: Node’s memory must not grow with the recording.',
  async run(bench) {
    const [small, large] = SIZES(bench.quick)
    const runs = [await secured(bench, small), await secured(bench, large)] as const
    const [first, last] = runs
    return {
      head: [
        '',
        'landed → secured s',
        'MiB/s',
        'jobs',
        'longest job s',
        'worker MiB',
        'temp disk MiB',
      ],
      lines: runs.map((run) => [
        `${figure(run.size / MIB)} MiB`,
        ...[figure(run.securing), figure(run.size / MIB / run.securing)],
        ...[`${run.jobs.filter(isSecuring).length}`, figure(longestJob(run))],
        ...[figure(workerMebibytes(run)), figure((run.peaks?.disk ?? 0) / MIB)],
      ]),
      goals: [
        {
          what: 'memory of Node, the large one less the small one',
          seen: workerMebibytes(last) - workerMebibytes(first),
          atMost: FLAT_MIB,
          unit: 'MiB',
        },
        { what: 'longest job', seen: longestJob(last), atMost: 600, unit: 's' },
      ],
    }
  },
}

type Secured = PipelineRun & { size: number }

async function secured(bench: Bench, size: number): Promise<Secured> {
  const file = await transportStream(bench, size)
  try {
    bench.say(`securing ${figure(size / MIB)} MiB`)
    const run = await runPipeline(bench, file, { until: 'secured', onDisk: true, watch: true })
    bench.say(`took ${figure(run.securing)} s, worker ${figure(workerMebibytes(run))} MiB`)
    return { ...run, size }
  } finally {
    await rm(file, { force: true })
  }
}

/** Ten minutes again and again: transport streams may be joined end to end. */
async function transportStream(bench: Bench, size: number): Promise<string> {
  const ten = await remuxed(bench, await bodyWornRecording(bench, 600), 'body-worn.ts')
  const file = path.join(bench.folder, `large-${size}.ts`)
  bench.say(`making ${path.basename(file)}`)
  const unit = (await stat(ten)).size
  for (let written = 0; written < size; written += unit) {
    const end = Math.min(unit, size - written) - 1
    await pipeline(createReadStream(ten, { end }), createWriteStream(file, { flags: 'a' }))
  }
  return file
}

const isSecuring = ({ name }: { name: string }) => name.startsWith('secureFootage')

const longestJob = ({ jobs }: PipelineRun): number =>
  Math.max(...jobs.filter(isSecuring).map(({ seconds }) => seconds))

const workerMebibytes = ({ peaks }: PipelineRun): number => (peaks?.worker ?? 0) / MIB
