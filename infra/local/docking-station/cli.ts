import { CommanderError } from 'commander'
import { Listr } from 'listr2'
import { type DockCommand, parseCommand } from './command.ts'
import { DockError } from './dock-error.ts'
import { type DockRequest, dockRecording } from './dock-recording.ts'
import type { DockProgress } from './progress.ts'
import {
  EXIT,
  exitCodeOf,
  type FileResult,
  jsonOf,
  milestones,
  progressLine,
  sentenceOf,
  verdictOf,
} from './report.ts'
import { stationSettings } from './settings.ts'

const INTERRUPTED = 'interrupted: run again to go on from here'

process.exitCode = await main(process.argv.slice(2), process.env)

async function main(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const command = parseCommand(args, environment.INIT_CWD ?? process.cwd())
    const requests = await requestsOf(command, environment.FFPROBE_PATH)
    const interrupt = new AbortController()
    process.once('SIGINT', () => interrupt.abort(new DockError('interrupted', INTERRUPTED)))
    const results = await dockAll(requests, command.output, interrupt.signal)
    const code = Math.max(...results.map(exitCodeOf))
    if (code !== EXIT.mayBeWiped && command.output !== 'json') console.error(verdictOf(results))
    else if (command.output === 'people') console.log(verdictOf(results))
    return code
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode
    if (!(error instanceof DockError)) throw error
    console.error(error.message)
    return EXIT.stopped
  }
}

async function requestsOf(
  { files, given, endpoints, station, recording, firstSequence }: DockCommand,
  ffprobePath: string | undefined,
): Promise<DockRequest[]> {
  const settings = await stationSettings(given, endpoints)
  return files.map((file, index) => ({
    ...recording,
    file,
    station: { ...settings, ...station, ...(ffprobePath !== undefined && { ffprobePath }) },
    ...(firstSequence !== undefined && { sequence: firstSequence + index }),
  }))
}

/**
 * One after the other, as a camera hands them over; a file that fails does not stop the next.
 * @throws what is no DockError: a fault of this program.
 */
async function dockAll(
  requests: readonly DockRequest[],
  output: DockCommand['output'],
  signal: AbortSignal,
): Promise<FileResult[]> {
  const results: FileResult[] = []
  const list = new Listr(
    requests.map((request) => ({
      title: request.file,
      task: async (_, task) => {
        const isWorthShowing = process.stdout.isTTY ? () => true : milestones()
        const onProgress = (progress: DockProgress) => {
          if (isWorthShowing(progress)) task.output = progressLine(progress)
        }
        const result = await dockRecording(request, { signal, onProgress }).catch(asError)
        const fileResult = { file: request.file, camera: request.camera.serial, result }
        results.push(fileResult)
        const failed = exitCodeOf(fileResult) > 0
        if (output === 'json') console.log(jsonOf(fileResult))
        if (output === 'quiet' && failed) console.error(sentenceOf(fileResult))
        if (failed) throw new Error(sentenceOf(fileResult))
        task.title = sentenceOf(fileResult)
      },
    })),
    {
      exitOnError: false,
      registerSignalListeners: false,
      // Without a terminal listr2 prints plain lines by itself.
      silentRendererCondition: output !== 'people',
    },
  )
  await list.run()
  const fault = results.find(
    ({ result }) => result instanceof Error && !(result instanceof DockError),
  )
  if (fault) throw fault.result
  return results
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
