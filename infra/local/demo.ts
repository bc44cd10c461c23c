import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { MediaError } from '../../shared/media/errors.ts'
import { readTheTrail } from './demo/audit.ts'
import { DemoError } from './demo/checks.ts'
import { keepWhatDoesNotPlay } from './demo/damaged.ts'
import { keepRunning } from './demo/keep-running.ts'
import { sendDamagedBytes } from './demo/mismatch.ts'
import { takeOriginal } from './demo/original.ts'
import { lookAtPictures } from './demo/pictures.ts'
import { playIt } from './demo/play.ts'
import { beRefused } from './demo/refusals.ts'
import { report, type Scene } from './demo/report.ts'
import { type Stage, setStage } from './demo/stage.ts'
import { goTheWholeWay } from './demo/whole-way.ts'
import { withdrawClearance } from './demo/withdrawal.ts'
import { APP_DIRECTORY } from './local-system.ts'
import { SAMPLE_RECORDING } from './start/try-it.ts'

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit code: 0 when everything was seen as expected */
async function main(args: string[]): Promise<number> {
  const program = new Command('npm run demo --')
    .description('Takes a real recording the whole way and checks everything on it.')
    .option('--keep', 'leave it running at the end, with a playback URL to open', false)
    .exitOverride()
  try {
    const { keep } = program.parse(args, { from: 'user' }).opts<{ keep: boolean }>()
    return await demonstrate(keep)
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode
    if (!(error instanceof MediaError)) throw error
    console.error(error.message)
    return 1
  }
}

async function demonstrate(keep: boolean): Promise<number> {
  console.log('Storage, events, sign-in and the app start in memory on free ports …')
  const stage = await setStage(process.env, console.log)
  try {
    const { id, scenes } = await play(stage)
    console.log(`\n${report(scenes)}`)
    const passed = stage.checks.findings.every(({ holds }) => holds)
    if (!passed) tellWarnings(stage)
    if (keep) await keepRunning(stage, id)
    return passed ? 0 : 1
  } catch (error) {
    if (!(error instanceof DemoError)) throw error
    console.error(`\n✗ ${error.message}`)
    tellWarnings(stage)
    return 1
  } finally {
    await stage.dispose()
  }
}

/** The whole play, scene by scene. */
async function play(stage: Stage): Promise<{ id: string; scenes: Scene[] }> {
  const file = path.join(APP_DIRECTORY, SAMPLE_RECORDING)
  const scenes: Scene[] = []
  const scene = async <T extends string | { summary: string }>(
    title: string,
    work: () => Promise<T>,
  ): Promise<T> => {
    console.log(`\n${title}`)
    const { seconds, checks } = stage
    const [began, before] = [seconds(), checks.findings.length]
    const seen = await work()
    const summary = typeof seen === 'string' ? seen : seen.summary
    const findings = checks.findings.slice(before)
    scenes.push({ title, summary, seconds: seconds() - began, findings })
    return seen
  }

  const { id } = await scene('A camera is docked', () => goTheWholeWay(stage, file))
  const { playback } = await scene('An investigator of the borough plays it', () =>
    playIt(stage, id, file),
  )
  await scene('Its pictures', () => lookAtPictures(stage, id, file, playback))
  await scene('The original is taken', () => takeOriginal(stage, id, file))
  await scene('Others are refused', () => beRefused(stage, id))
  await scene('Clearance is withdrawn while it plays', () => withdrawClearance(stage, playback))
  await scene('Bytes arrive damaged', () => sendDamagedBytes(stage, file))
  await scene('A recording was damaged in the camera', () => keepWhatDoesNotPlay(stage, file))
  await scene('The audit trail is read', () => readTheTrail(stage, id))
  return { id, scenes }
}

function tellWarnings({ warnings }: Stage): void {
  if (warnings.length > 0) console.error(`\nThe app warned:\n${warnings.join('\n')}`)
}
