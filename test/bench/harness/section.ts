import type { Findings, Goal, Row } from './row.ts'

/** When and on what a section was measured. */
type Circumstances = { at: Date; machine: string }

/** The findings of a row as a section of RESULTS.md. */
export const sectionOf = (
  row: Row,
  { head, lines, goals, notes = [] }: Findings,
  where: Circumstances,
): string =>
  [
    ...heading(row, where),
    '',
    tableLine(head),
    tableLine(head.map(() => '---')),
    ...lines.map(tableLine),
    ...(goals.length > 0 ? ['', ...goals.map((goal) => `- ${verdict(goal)}`)] : []),
    ...notes.flatMap((note) => ['', note]),
    '',
  ].join('\n')

/** A row that could not be measured, and why. */
export const failedSection = (row: Row, error: unknown, where: Circumstances): string =>
  [...heading(row, where), '', `- **failed**: ${reasonsOf(error).join(' ← ')}`, ''].join('\n')

const heading = ({ name, title }: Row, { at, machine }: Circumstances): string[] => [
  `## ${name}`,
  '',
  title,
  '',
  `_${at.toISOString().slice(0, 16)}Z · ${machine}_`,
]

/** What stands between bars must have none of its own. */
const tableLine = (cells: string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

function verdict({ what, seen, atMost, atLeast, unit }: Goal): string {
  const held = seen <= (atMost ?? Infinity) && seen >= (atLeast ?? -Infinity)
  const bound = atMost === undefined ? `≥ ${figure(atLeast ?? 0)}` : `≤ ${figure(atMost)}`
  return `**${held ? 'reached' : 'missed'}**: ${what}: ${figure(seen)}${unit && ` ${unit}`} (goal ${bound}${unit && ` ${unit}`})`
}

/** A figure with the digits that count, or as a whole number. */
export function figure(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return value.toFixed(0)
  if (size >= 10) return value.toFixed(1)
  return size >= 0.1 || size === 0 ? value.toFixed(2) : value.toPrecision(2)
}

/** An error and what caused it, in a line each. */
function reasonsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const own = error.message.trim().replaceAll(/\s*\n\s*/g, ' · ')
  return error.cause === undefined ? [own] : [own, ...reasonsOf(error.cause)]
}
