import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import type { Role } from '../clearance/roles.ts'
import { type Activity, FINDINGS, type Finding } from '../records/activity.ts'

const FINDING_NAMES = Object.keys(FINDINGS) as [Finding, ...Finding[]]

/** What was noticed of one person. */
export const unusualAccessSchema = z.object({
  actor: oidSchema,
  finding: z.enum(FINDING_NAMES).describe('what was unusual'),
  count: z.int().positive().describe('how many recordings, or limits, it concerns'),
  peersMedian: z
    .number()
    .nullable()
    .describe('for volume: what half of the others of that role stay at or below'),
  footageIds: z.array(z.string()).describe('the recordings, or the limits, or the first of them'),
})
export type UnusualAccess = z.infer<typeof unusualAccessSchema>

/** So many times the median of one's peers is far above it, … */
const FAR_ABOVE_FACTOR = 4
/** … but not below so many recordings a day, … */
const FAR_ABOVE_LEAST = 20
/** … nor with fewer peers to compare with. */
const LEAST_PEERS = 3
/** So many views without a tie to the incident are more than chance. */
const UNLINKED_LEAST = 10
/** So many refusals within so long are a burst. */
const BURST_LEAST = 5
const BURST_WITHIN_MS = 10 * 60_000
/** The ties that lead to an incident, a case, or a person's word. */
const INCIDENT_LINKS = ['own', 'assignment', 'grant']
/** Roles whose work it is to look at recordings that nothing ties them to. */
const OVERSEEING: readonly (Role | null)[] = ['Auditor']
const SHOWN_RECORDINGS = 20

/** What is unusual in the activity of one day. */
export function unusualAccess(day: readonly Activity[]): UnusualAccess[] {
  const people = [...Map.groupBy(day, ({ actor }) => actor)].map(([actor, all]) => {
    const uses = all.filter(({ kind }) => kind === 'used')
    return { actor, all, uses, role: uses[0]?.role ?? null }
  })
  const users = people.filter(({ uses }) => uses.length > 0)
  const volumes = new Map(
    [...Map.groupBy(users, ({ role }) => role)].map(([role, peers]) => [
      role,
      peers.map(({ uses }) => uses.length).toSorted((one, other) => one - other),
    ]),
  )
  return people.flatMap(({ actor, all, uses, role }) => {
    const found = (
      finding: Finding,
      rows: readonly Activity[],
      least: number,
      peersMedian: number | null = null,
    ): UnusualAccess[] => {
      if (rows.length < least) return []
      const footageIds = rows.slice(0, SHOWN_RECORDINGS).map(({ footageId }) => footageId)
      return [{ actor, finding, count: rows.length, peersMedian, footageIds }]
    }
    const ofRole = uses.length > 0 ? (volumes.get(role) ?? []) : []
    const usual = medianOfOthers(ofRole, uses.length)
    const isMany = ofRole.length > LEAST_PEERS && uses.length > FAR_ABOVE_FACTOR * usual
    // Nothing else is there for an officer to use.
    const own = uses.filter(({ link, role }) => link === 'own' && role !== 'Officer')
    const unlinked = OVERSEEING.includes(role)
      ? []
      : uses.filter(({ link }) => !INCIDENT_LINKS.includes(link ?? ''))
    return [
      ...found('own-recordings', own, 1),
      ...(isMany ? found('far-above-peers', uses, FAR_ABOVE_LEAST, usual) : []),
      ...found('no-incident-link', unlinked, UNLINKED_LEAST),
      ...found('refused-burst', longestBurst(all), BURST_LEAST),
      ...found(
        'over-limits',
        all.filter(({ kind }) => kind === 'limited'),
        1,
      ),
    ]
  })
}

/** The most refusals that lie within the time of a burst. */
function longestBurst(all: readonly Activity[]): Activity[] {
  const refused = all
    .filter(({ kind }) => kind === 'refused')
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
  let longest: Activity[] = []
  let start = 0
  for (const [end, last] of refused.entries()) {
    const begin = () => Date.parse(refused[start]?.at ?? last.at)
    while (Date.parse(last.at) - begin() > BURST_WITHIN_MS) start += 1
    if (end + 1 - start > longest.length) longest = refused.slice(start, end + 1)
  }
  return longest
}

/** The median of sorted numbers without one of them, which is `mine`. */
function medianOfOthers(sorted: readonly number[], mine: number): number {
  const others = sorted.length - 1
  const without = (at: number): number => {
    const value = sorted[at] ?? 0
    return value < mine ? value : (sorted[at + 1] ?? 0)
  }
  return (without(Math.ceil(others / 2) - 1) + without(Math.floor(others / 2))) / 2
}
