import Table from 'cli-table3'
import type { Finding } from './checks.ts'

/** A scene that was played: what was seen, and how it went. */
export type Scene = { title: string; summary: string; seconds: number; findings: Finding[] }

/** Widths of the columns, so that the table fits a terminal of 120 columns. */
const COLUMN_WIDTHS = [44, 54, 8, 9]

/** What was seen, as a table; below it what should have been, where something else was seen. */
export function report(scenes: readonly Scene[]): string {
  const table = new Table({
    head: ['scene', 'seen', 'took s', 'checks'],
    colWidths: COLUMN_WIDTHS,
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
  for (const { title, summary, seconds, findings } of scenes) {
    table.push([title, summary, seconds.toFixed(1), score(findings)])
  }
  const findings = scenes.flatMap((scene) => scene.findings)
  const failed = findings.filter(({ holds }) => !holds)
  return [
    table.toString(),
    ...failed.map(({ what, expected, seen }) => `✗ ${what}: expected ${expected}, seen ${seen}`),
    failed.length === 0
      ? `All ${findings.length} checks are as expected.`
      : `${failed.length} of ${findings.length} checks are not as expected.`,
  ].join('\n')
}

function score(findings: readonly Finding[]): string {
  const held = findings.filter(({ holds }) => holds).length
  return `${held === findings.length ? '✓' : '✗'} ${held}/${findings.length}`
}
