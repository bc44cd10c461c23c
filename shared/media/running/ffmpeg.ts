import Ffmpeg from 'fluent-ffmpeg'
import type { MediaStage } from '../errors.ts'
import { type PipeReader, redact, runChild } from './child-process.ts'
import { programGuards } from './guards.ts'
import type { MediaTools } from './tools.ts'

/** A run of ffmpeg as data: what the pure plans make and this file alone executes. */
export type FfmpegCommand = {
  input: { url: string; options: string[] }
  /** A filter graph over input 0, or null if nothing is decoded. */
  filterGraph: string | null
  outputs: FfmpegOutput[]
}

/** One output, written to a pipe of its own. */
export type FfmpegOutput = { options: string[]; read: PipeReader }

/** The arguments of a command: outputs go to file descriptors 3, 4, 5 … in their order. */
function argumentsOf(command: FfmpegCommand): string[] {
  const builder = Ffmpeg().input(command.input.url).inputOptions(command.input.options)
  if (command.filterGraph !== null) builder.complexFilter(command.filterGraph)
  command.outputs.forEach((output, n) => {
    builder.output(`pipe:${n + 3}`).outputOptions(output.options)
  })
  // Typed nowhere, but the one way to have fluent-ffmpeg's order of arguments without its running.
  const { _getArguments: build } = builder as unknown as { _getArguments(): string[] }
  return [
    '-nostdin',
    '-nostats',
    ...programGuards(),
    // Jobs run side by side, one to a core: dividing a picture among threads only costs.
    ...(command.filterGraph === null ? [] : ['-filter_complex_threads', '1']),
    ...build.call(builder),
  ]
}

/** Arguments fit to be kept as provenance: without addresses and paths. */
export const provenanceOf = (command: FfmpegCommand): string[] =>
  argumentsOf(command).map((argument) => redact(argument))

/**
 * Runs a command to its end.
 * @throws MediaError naming the stage, or whatever an output's reader threw
 */
export async function runFfmpeg(
  command: FfmpegCommand,
  run: {
    tools: MediaTools
    stage: MediaStage
    wallMs: number
    stallMs: number
    signal: AbortSignal
    onStart?: (touch: () => void) => void
  },
): Promise<void> {
  await runChild({
    ...run,
    file: run.tools.ffmpeg,
    args: argumentsOf(command),
    pipes: [nothing, ...command.outputs.map((output) => output.read)],
  })
}

/** Outputs have pipes of their own; on standard output nothing is said. */
const nothing: PipeReader = async () => {}
