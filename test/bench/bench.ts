import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { findMediaTools } from '../../shared/media/running/tools.ts'
import { describeMachine } from './harness/machine.ts'
import { RESULTS, type ResultsFile, resultsIn } from './harness/results.ts'
import type { Bench, Row } from './harness/row.ts'
import { failedSection, sectionOf } from './harness/section.ts'
import { ROWS } from './rows.ts'

type Options = { quick: boolean; repetitions?: number; results?: string }

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit code: 0 when every row could be measured, whether its goal was reached or not */
async function main(args: string[]): Promise<number> {
  const names = ROWS.map(({ name }) => name)
  const program = new Command('npm run bench --')
    .description('Measures Bluelamp beside what it is measured against. test/bench/README.md')
    .argument('[rows...]', `which rows, of ${names.join(', ')}; all without it`)
    .option('--quick', 'tiny inputs, one repetition: proves that the bench runs', false)
    .option('--repetitions <n>', 'in place of what each row thinks right', wholeNumber)
    .option('--results <file>', `where the results go (default: ${RESULTS}; none with --quick)`)
    .exitOverride()
  try {
    program.parse(args, { from: 'user' })
    const chosen = program.args.map((name) => ROWS.find((row) => row.name === name) ?? name)
    const unknown = chosen.find((row) => typeof row === 'string')
    if (unknown !== undefined) program.error(`There is no row ${unknown}: ${names.join(', ')}.`)
    const rows = chosen.filter((row) => typeof row !== 'string')
    return await measure(rows.length > 0 ? rows : ROWS, program.opts<Options>())
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode
    throw error
  }
}

async function measure(rows: readonly Row[], options: Options): Promise<number> {
  const { FFMPEG_PATH: ffmpeg, FFPROBE_PATH: ffprobe, PATH: searchPath } = process.env
  const tools = await findMediaTools({ ffmpeg, ffprobe, searchPath })
  const folder = await mkdtemp(path.join(tmpdir(), 'bluelamp-bench-'))
  clearAwayWhenCutOff(folder)
  const results = resultsFor(options)
  const began = performance.now()
  const say = (line: string) => console.log(`${clock(performance.now() - began)}   ${line}`)
  console.log(describeMachine(tools))
  let failed = 0
  try {
    for (const [n, row] of rows.entries()) {
      console.log(`\n${clock(performance.now() - began)} ${n + 1}/${rows.length} ${row.name}`)
      const bench: Bench = {
        folder,
        tools,
        say,
        quick: options.quick,
        repetitions: (usual) => options.repetitions ?? (options.quick ? 1 : usual),
      }
      const circumstances = { at: new Date(), machine: describeMachine(tools) }
      const section = await row
        .run(bench)
        .then((findings) => sectionOf(row, findings, circumstances))
        .catch((error: unknown) => {
          failed += 1
          return failedSection(row, error, circumstances)
        })
      console.log(`\n${section}`)
      await results?.put(row.name, section)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  console.log(`${clock(performance.now() - began)} done${failed > 0 ? `, ${failed} failed` : ''}`)
  return failed > 0 ? 1 : 0
}

/** Storage and workers end with this process; what they wrote must not stay behind. */
function clearAwayWhenCutOff(folder: string): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      console.error(`${signal}: cut off; rows that were done are in the results.`)
      rmSync(folder, { recursive: true, force: true })
      process.exit(1)
    })
}

/** Figures of tiny inputs mean nothing and must not take the place of others. */
function resultsFor({ quick, results }: Options): ResultsFile | null {
  if (results) return resultsIn(results, ROWS)
  return quick ? null : resultsIn(RESULTS, ROWS)
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number from 1 on')
}

/** Minutes and seconds. */
function clock(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${two(ms / 60_000)}:${two((ms / 1000) % 60)}`
}
