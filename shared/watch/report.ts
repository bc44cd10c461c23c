import { z } from 'zod'
import { pageShape } from '../access/pages.ts'
import { type Oid, officerSchema } from '../clearance/person.ts'
import { FINDINGS } from '../records/activity.ts'
import type { Services } from '../services.ts'
import { type UnusualAccess, unusualAccess, unusualAccessSchema } from './unusual-access.ts'

/** Which day to look at; today (UTC) unless said. */
export const dayQuerySchema = z.strictObject({
  day: z.iso.date().optional().describe('a day in UTC; today, where none is given'),
  ...pageShape(500, 100),
})

/** What was unusual on a day, each finding with what it means, a page at a time by person. */
export const accessReportSchema = z.object({
  day: z.iso.date(),
  people: z.int().nonnegative().describe('who used or was refused anything on that day'),
  findings: z.int().nonnegative().describe('on all pages'),
  items: z.array(
    unusualAccessSchema.extend({
      officer: officerSchema.nullable().describe('null: the people register has no such person'),
      meaning: z.string().describe('what to ask about'),
    }),
  ),
  next: z.string().nullable(),
})
export type AccessReport = z.infer<typeof accessReportSchema>

/**
 * Reports the unusual access of a day: what to ask about, never what to conclude.
 * @throws BluelampError `invalid-request` for a foreign cursor
 */
export async function reportUnusualAccess(
  { activity, people, cursors, now }: Pick<Services, 'activity' | 'people' | 'cursors' | 'now'>,
  reader: Oid,
  { day = now().toISOString().slice(0, 10), limit, cursor }: z.infer<typeof dayQuerySchema>,
): Promise<AccessReport> {
  const binding = { list: 'unusual-access', oid: reader, query: day }
  const after = cursor === undefined ? '' : cursors.open(cursor, binding)
  const looked = await lookAtDay(activity, day)
  const rest = looked.findings.filter((found) => placeOf(found) > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const items = page.map(async (found) => ({
    ...found,
    officer: (await people.find(found.actor))?.entry.officer ?? null,
    meaning: FINDINGS[found.finding],
  }))
  return {
    day,
    people: looked.people,
    findings: looked.findings.length,
    items: await Promise.all(items),
    next: last && rest.length > limit ? cursors.seal(placeOf(last), binding) : null,
  }
}

/** What is found in all activity of a day, by person, and of how many people that is. */
export async function lookAtDay(
  activity: Services['activity'],
  day: string,
): Promise<{ people: number; findings: UnusualAccess[] }> {
  const all = await activity.of(day)
  const findings = unusualAccess(all).toSorted((one, other) =>
    placeOf(one) < placeOf(other) ? -1 : 1,
  )
  return { people: new Set(all.map(({ actor }) => actor)).size, findings }
}

const placeOf = ({ actor, finding }: UnusualAccess): string => `${actor}:${finding}`
