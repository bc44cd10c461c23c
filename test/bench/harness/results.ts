import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Row } from './row.ts'

/** Where the results of a full run go. */
export const RESULTS = path.relative(
  process.cwd(),
  path.resolve(import.meta.dirname, '../RESULTS.md'),
)

/** The file of results, a section a row. */
export type ResultsFile = {
  /** Puts the section of a row in place of an older one; the others stay as they are. */
  put(name: string, section: string): Promise<void>
}

/** @param order the rows in the order in which they stand in the file */
export function resultsIn(file: string, order: readonly Row[]): ResultsFile {
  return {
    async put(name, section) {
      const sections = parse(await readFile(file, 'utf8').catch(() => ''))
      sections.set(name, section)
      const kept = order.flatMap((row) => sections.get(row.name) ?? [])
      await writeFile(file, [HEADER, goalsOf(sections, order), ...kept].join('\n'))
    },
  }
}

const HEADER = [
  '# Results',
  '',
  'Written by `npm run bench`; what each row compares and how it is measured is in README.md beside this.',
  'Each section was measured in one run, on the machine and at the time that it names.',
  '',
].join('\n')

function parse(text: string): Map<string, string> {
  const sections = text.split(/^(?=## )/m).slice(1)
  return new Map(
    sections.flatMap((section) => {
      const name = /^## (\S+)$/m.exec(section)?.[1]
      return name ? [[name, `${section.trimEnd()}\n`]] : []
    }),
  )
}

/** The verdicts of all sections, before the details. */
function goalsOf(sections: Map<string, string>, order: readonly Row[]): string {
  const lines = order.flatMap(({ name }) =>
    [...(sections.get(name) ?? '').matchAll(/^- \*\*(\w+)\*\*: (.+)$/gm)].map(
      ([, verdict, what]) => `| ${name} | ${what} | ${verdict} |`,
    ),
  )
  return ['| row | goal | |', '| --- | --- | --- |', ...lines, ''].join('\n')
}
