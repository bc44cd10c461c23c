import { z } from 'zod'
import { officerSchema } from '../clearance/person.ts'
import type { Services } from '../services.ts'
import {
  type Activity,
  FINDINGS,
  type UnusualAccess,
  unusualAccess,
  unusualAccessSchema,
} from './unusual-access.ts'

/** Which day to look at; today (UTC) unless said. */
export const dayQuerySchema = z.strictObject({ day: z.iso.date().optional() })

/** What was unusual on a day, each finding with what it means. */
export const accessReportSchema = z.object({
  day: z.iso.date(),
  people: z.int().nonnegative(),
  items: z.array(
    unusualAccessSchema.extend({
      officer: officerSchema.nullable().describe('null: the people register has no such person'),
      meaning: z.string(),
    }),
  ),
})
export type AccessReport = z.infer<typeof accessReportSchema>

/** Reports the unusual access of a day: what to ask about, never what to conclude. */
export async function reportUnusualAccess(
  { activity, people, now }: Pick<Services, 'activity' | 'people' | 'now'>,
  { day = now().toISOString().slice(0, 10) }: z.infer<typeof dayQuerySchema>,
): Promise<AccessReport> {
  const looked = await lookAtDay(activity, day)
  const items = looked.findings.map(async (found) => ({
    ...found,
    officer: (await people.find(found.actor))?.entry.officer ?? null,
    meaning: FINDINGS[found.finding],
  }))
  return { day, people: looked.people, items: await Promise.all(items) }
}

/** What is found in all activity of a day, and of how many people that is. */
export async function lookAtDay(
  activity: Services['activity'],
  day: string,
): Promise<{ people: number; findings: UnusualAccess[] }> {
  const all: Activity[] = []
  for await (const one of activity.of(day)) all.push(one)
  return { people: new Set(all.map(({ actor }) => actor)).size, findings: unusualAccess(all) }
}
