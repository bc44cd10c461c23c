import { readMovieHeader } from '../../../shared/media/mp4/movie-header.ts'
import { makePoster } from '../../../shared/media/poster/poster.ts'
import { HeaderCache } from '../../../shared/media/probing/header-cache.ts'
import { fileSource, never, planOf } from '../../contract/media/support.ts'
import { rawPoster } from '../footage/raw-commands.ts'
import { bodyWornRecording, longRecording, remuxed } from '../footage/recordings.ts'
import { interleaved } from '../harness/interleave.ts'
import type { Bench, Goal, Row } from '../harness/row.ts'
import { figure } from '../harness/section.ts'

const HOUR = 3600
const MIB = 1024 * 1024
/** As cameras write that must not lose what they have when their power fails. */
const FRAGMENTS = ['-movflags', 'empty_moov+default_base_moof', '-frag_duration', '1000000']

export const poster: Row = {
  name: 'poster',
  title:
    'The poster of a recording, chosen and judged, against `ffmpeg -ss` at the same moment; both read a local file.',
  async run(bench) {
    const tenMinutes = await bodyWornRecording(bench, 600)
    const files: [string, string][] = [
      [
        '10 min of 1080p30, header first',
        await remuxed(bench, tenMinutes, 'header-first.mp4', '-movflags', '+faststart'),
      ],
      ['10 min of 1080p30, header last', tenMinutes],
      [
        '10 min of 1080p30, fragments',
        await remuxed(bench, tenMinutes, 'fragments.mp4', ...FRAGMENTS),
      ],
      ['12 h of 320×180, header last', await longRecording(bench, 12 * HOUR, 'mp4')],
    ]
    const lines: string[][] = []
    const goals: Goal[] = []
    for (const [name, file] of files) {
      bench.say(name)
      const plan = await planOf(fileSource(file), bench.tools)
      const headerBytes = await headerOf(file)
      const { ours, theirs } = await interleaved(bench, bench.repetitions(7), {
        ours: () => ourPoster(bench, file, plan),
        theirs: async () => ({ ...(await rawPoster(bench, file, plan.posterSeconds[0] ?? 0)) }),
      })
      const beyond = (ours.bytes - headerBytes) / MIB
      lines.push([
        name,
        ...[
          figure(ours.seconds),
          figure(theirs.seconds),
          `${figure(ours.seconds / theirs.seconds)} ×`,
        ],
        ...[figure(headerBytes / MIB), figure(beyond)],
      ])
      goals.push(
        { what: `time, ${name}`, seen: ours.seconds / theirs.seconds, atMost: 1.5, unit: '×' },
        { what: `read beyond the header, ${name}`, seen: beyond, atMost: 4, unit: 'MiB' },
      )
    }
    return {
      head: ['', 'ours s', 'ffmpeg s', 'ours ÷ ffmpeg', 'header MiB', 'read beyond it MiB'],
      lines,
      goals,
    }
  },
}

/** As the job does it on an instance that has not met the recording: the header is read, too. */
async function ourPoster(
  { tools }: Bench,
  file: string,
  plan: Awaited<ReturnType<typeof planOf>>,
): Promise<{ seconds: number; bytes: number }> {
  const source = fileSource(file)
  const began = performance.now()
  const opened = await new HeaderCache().open(file, source, never)
  await makePoster({ source: opened, tools, plan, signal: never })
  return { seconds: (performance.now() - began) / 1000, bytes: source.bytesRead }
}

async function headerOf(file: string): Promise<number> {
  const header = await readMovieHeader(fileSource(file), never)
  return header.kind === 'unfinished' ? 0 : header.moov.length
}
