import { proxySettingsFor } from '../footage/proxy-settings.ts'
import { rawCopy, rawCopyAndProxy, rawPoster, rawStoryboard } from '../footage/raw-commands.ts'
import { bodyWornRecording } from '../footage/recordings.ts'
import { interleaved } from '../harness/interleave.ts'
import type { Bench, Findings, Goal, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'
import { type CommandCost, total } from '../measure/command.ts'
import { runPipeline } from '../measure/pipeline.ts'

const SECONDS = 600
const MIB = 1024 * 1024
/** Where a raw poster is taken. */
const POSTER_AT = (quick: boolean) => (quick ? 1 : 60)

/** The pipeline against ffmpeg alone, with everything that is made of a recording. */
export const render: Row = {
  name: 'render',
  title:
    'Ten minutes of 1080p30, 6 Mbit/s, H.264 and AAC: the whole system from "original secured" to "ready", against ffmpeg alone on a local file.',
  async run(bench) {
    const file = await bodyWornRecording(bench, SECONDS)
    const settings = await proxySettingsFor(bench.tools, file)
    const seen = await interleaved(bench, bench.repetitions(2), {
      ours: () => pipeline(bench, file, 'eager'),
      copyAndProxy: async () => plain(await rawCopyAndProxy(bench, file, settings)),
      pictures: async () => plain(await rawPictures(bench, file, settings)),
      copy: async () => plain(await rawCopy(bench, file)),
    })
    const all = total(seen.copyAndProxy, seen.pictures)
    return {
      ...table(seen.ours, [
        ['ffmpeg: copy and proxy in one pass', seen.copyAndProxy],
        ['ffmpeg: that, storyboard and poster', all],
        ['ffmpeg: copy alone', seen.copy],
      ]),
      goals: [
        ratioGoal(
          'wall time against copy and proxy',
          seen.ours.seconds / seen.copyAndProxy.seconds,
        ),
        ratioGoal(
          'CPU time of all processes against copy and proxy',
          seen.ours.cpuSeconds / seen.copyAndProxy.cpuSeconds,
        ),
        ...boundGoals(seen.ours),
      ],
      notes: [`${playableNote(seen.ours)} Encoder of both: \`${settings.encoder.join(' ')}\`.`],
    }
  },
}

/** The same where nobody has asked for a proxy yet: what most recordings cost. */
export const renderCopy: Row = {
  name: 'render-copy',
  title:
    'The same recording with the proxy left to the first view: copy, storyboard and poster, against ffmpeg alone.',
  async run(bench) {
    const file = await bodyWornRecording(bench, SECONDS)
    const settings = await proxySettingsFor(bench.tools, file)
    const seen = await interleaved(bench, bench.repetitions(3), {
      ours: () => pipeline(bench, file, 'on-view'),
      copy: async () => plain(await rawCopy(bench, file)),
      pictures: async () => plain(await rawPictures(bench, file, settings)),
    })
    const all = total(seen.copy, seen.pictures)
    return {
      ...table(seen.ours, [
        ['ffmpeg: copy, storyboard and poster', all],
        ['ffmpeg: copy alone', seen.copy],
      ]),
      goals: [
        ratioGoal('wall time against copy, storyboard and poster', seen.ours.seconds / all.seconds),
      ],
      notes: [playableNote(seen.ours)],
    }
  },
}

const playableNote = ({ playable }: Ours): string =>
  `The first chunk could be played ${figure(playable)} s after "secured".`

type Ours = CommandCost &
  Record<'app' | 'storage' | 'standIns' | 'playable' | 'instance' | 'disk', number>

async function pipeline(bench: Bench, file: string, policy: 'eager' | 'on-view'): Promise<Ours> {
  const settings = { PROXY_POLICY: policy }
  const { ready, playable, cpu, peaks } = await runPipeline(bench, file, { settings, watch: true })
  return {
    seconds: ready,
    playable,
    cpuSeconds: cpu.all,
    ...{ app: cpu.app, storage: cpu.storage, standIns: cpu.standIns },
    ...{ instance: (peaks?.instance ?? 0) / MIB, disk: (peaks?.disk ?? 0) / MIB },
  }
}

/** Without more names than figures. */
const plain = ({ seconds, cpuSeconds }: CommandCost) => ({ seconds, cpuSeconds })

const rawPictures = async (
  bench: Bench,
  file: string,
  settings: Awaited<ReturnType<typeof proxySettingsFor>>,
): Promise<CommandCost> =>
  total(
    await rawStoryboard(bench, file, settings),
    await rawPoster(bench, file, POSTER_AT(bench.quick)),
  )

/** What a worker may use with all that it runs; and two jobs at once of 300 MB of disk each. */
const boundGoals = ({ instance, disk }: Ours): Goal[] => [
  { what: 'memory of a worker and all that it runs', seen: instance, atMost: 1024, unit: 'MiB' },
  { what: 'temporary disk of two jobs at once', seen: disk, atMost: 572, unit: 'MiB' },
]

const ratioGoal = (what: string, seen: number) => ({ what, seen, atMost: 1, unit: '×' })

function table(ours: Ours, others: [string, CommandCost][]): Pick<Findings, 'head' | 'lines'> {
  const { app, storage, standIns } = ours
  return {
    head: ['', 'wall s', 'ours ÷ this', 'CPU s', 'ours ÷ this', 'the app alone ÷ this'],
    lines: [
      [
        'Bluelamp: copy, proxy where asked for, storyboard, poster, index',
        figure(ours.seconds),
        '',
        `${figure(ours.cpuSeconds)} (app ${figure(app)}, storage ${figure(storage)}, stand-ins ${figure(standIns)})`,
        '',
        '',
      ],
      ...others.map(([name, { seconds, cpuSeconds }]) => [
        name,
        figure(seconds),
        `${figure(ours.seconds / seconds)} ×`,
        figure(cpuSeconds),
        `${figure(ours.cpuSeconds / cpuSeconds)} ×`,
        `${figure(app / cpuSeconds)} ×`,
      ]),
    ],
  }
}
