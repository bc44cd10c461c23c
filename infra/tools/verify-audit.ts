import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { type ExportedTrail, exportedTrailSchema } from '../../shared/audit/exported-trail.ts'
import type { TrailVerdict } from '../../shared/audit/trail-verdict.ts'
import { verifyTrail } from '../../shared/audit/verify-trail.ts'

/** Exit codes: the trail is whole, it is not, it could not be checked. */
const EXIT = { whole: 0, broken: 1, unchecked: 2 } as const

/** What each kind of break means, to be read after "Entry n". */
const BREAKS: Record<Extract<TrailVerdict, { whole: false }>['because'], string> = {
  unreadable: 'is no entry at all',
  footage: 'is of another recording',
  sequence: 'has another number than its place: entries were removed, inserted or moved',
  previous: 'does not follow the entry before it',
  hash: 'was altered: its content does not have its hash',
  truncated: 'is missing: it was there when the chain was anchored',
  rewritten: 'or one after it, up to the anchored head, is not what was anchored',
  proof: 'is the first that is vouched for by an anchor whose proof does not hold',
  missing: 'is missing: it was written, as was noted of it, and was removed before an anchor',
  token: 'is the first that is vouched for by an anchor whose timestamp does not hold',
}

process.exitCode = await main(process.argv.slice(2))

/** Checks an exported audit trail without any storage or network. */
async function main(args: string[]): Promise<number> {
  const command = new Command('verify-audit')
    .description('Checks an audit trail that was saved from GET /api/footage/{id}/audit.')
    .argument('<trail.json...>', 'the saved answer, or all its pages in their order')
    .option('--tsa-cert <ca.pem>', 'certificates of the timestamp authority to trust, in PEM')
    .option('--json', 'print the verdict as JSON')
    .exitOverride()
  try {
    command.parse(args, { from: 'user' })
    const { tsaCert, json } = command.opts<{ tsaCert?: string; json?: true }>()
    const texts = await Promise.all(command.args.map(read))
    const trail = joined(texts.map(parseTrail))
    const verdict = await verifyTrail(trail, tsaCert === undefined ? null : await read(tsaCert))
    console.log(json ? JSON.stringify(verdict, null, 2) : sentencesOf(trail, verdict).join('\n'))
    return verdict.whole ? EXIT.whole : EXIT.broken
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.unchecked
    console.error(error instanceof Error ? error.message : error)
    return EXIT.unchecked
  }
}

/** A file named as the caller sees it: npm runs scripts in the folder of the package. */
function read(file: string): Promise<string> {
  return readFile(path.resolve(process.env.INIT_CWD ?? process.cwd(), file), 'utf8')
}

function parseTrail(text: string): ExportedTrail {
  const parsed = exportedTrailSchema.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new Error(`This is no exported audit trail:\n${z.prettifyError(parsed.error)}`)
}

/** The pages of one reading, put together. @throws Error if they are not all of one trail */
function joined(pages: readonly ExportedTrail[]): ExportedTrail {
  const [first] = pages
  const last = pages.at(-1)
  if (!first || !last) throw new Error('There is no page.')
  if (pages.some(({ footageId }) => footageId !== first.footageId)) {
    throw new Error('These are pages of several trails.')
  }
  if (last.next !== null || pages.slice(0, -1).some(({ next }) => next === null)) {
    throw new Error(
      'These are not all pages of a trail: the last one, and no other, has no `next`.',
    )
  }
  const items = pages.flatMap((page) => page.items)
  return { ...last, items, anchors: pages.flatMap(({ anchors }) => anchors) }
}

function sentencesOf({ footageId, items }: ExportedTrail, verdict: TrailVerdict): string[] {
  if (!verdict.whole) {
    const { brokenAt, because, anchor, provenUpTo } = verdict
    return [
      `BROKEN: the trail of recording ${footageId}, ${items.length} entries.`,
      `Entry ${brokenAt} ${BREAKS[because]}${anchor === null ? '' : ` (anchor ${anchor})`}.`,
      provenUpTo === 0
        ? 'No anchor vouches for the entries before it.'
        : `An anchor vouches for entries 1 to ${provenUpTo}.`,
    ]
  }
  const { entries, head, anchored, unanchored } = verdict
  return [
    `WHOLE: the trail of recording ${footageId}, ${entries} entries, head ${head}.`,
    ...(anchored
      ? [
          `Anchor ${anchored.anchor} of ${anchored.at} vouches for entries 1 to ${anchored.upTo}.`,
          timestampSentence(anchored.timestamp),
        ]
      : ['NOT ANCHORED: that it was not computed anew as a whole cannot be told.']),
    ...(unanchored
      ? [`Entries ${unanchored.from} to ${entries} are vouched for by their chain alone.`]
      : []),
  ]
}

type Timestamped = NonNullable<Extract<TrailVerdict, { whole: true }>['anchored']>['timestamp']

function timestampSentence(timestamp: Timestamped): string {
  if (!timestamp) return 'The anchor has no timestamp yet.'
  const { at, authority, trusted } = timestamp
  const worth = trusted
    ? 'its certificate leads to one that you trust'
    : 'its certificate was not checked: give --tsa-cert'
  return `It was timestamped by "${authority}" at ${at}; ${worth}.`
}
