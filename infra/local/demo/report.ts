import Table from 'cli-table3'
import type { Finding } from './checks.ts'

/** Widest that a cell may be: hashes are shortened, words are wrapped. */
const CELL_WIDTHS = [3, 46, 62, 8]

/** What was seen, as a table; below it what should have been, where something else was seen. */
export function report(findings: readonly Finding[]): string {
  const table = new Table({
    head: ['', 'looked at', 'seen', 'at s'],
    colWidths: CELL_WIDTHS,
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
  for (const { holds, what, seen, at } of findings) {
    table.push([holds ? '✓' : '✗', what, shortened(seen), at.toFixed(1)])
  }
  const failed = findings.filter(({ holds }) => !holds)
  return [
    table.toString(),
    ...failed.map(({ what, expected, seen }) => `✗ ${what}: expected ${expected}, seen ${seen}`),
    `${findings.length - failed.length} of ${findings.length} as expected.`,
  ].join('\n')
}

const shortened = (text: string): string => text.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…')
