import { z } from 'zod'
import type { Services } from '../services.ts'
import { type Activity, FINDINGS, unusualAccess, unusualAccessSchema } from './unusual-access.ts'

/** Which day to look at; today (UTC) unless said. */
export const dayQuerySchema = z.strictObject({ day: z.iso.date().optional() })

/** What was unusual on a day, each finding with what it means. */
export const accessReportSchema = z.object({
  day: z.iso.date(),
  people: z.int().nonnegative(),
  items: z.array(unusualAccessSchema.extend({ meaning: z.string() })),
})
export type AccessReport = z.infer<typeof accessReportSchema>

/** Reports the unusual access of a day: what to ask about, never what to conclude. */
export async function reportUnusualAccess(
  { activity, now }: Pick<Services, 'activity' | 'now'>,
  { day = now().toISOString().slice(0, 10) }: z.infer<typeof dayQuerySchema>,
): Promise<AccessReport> {
  const all: Activity[] = []
  for await (const one of activity.of(day)) all.push(one)
  return {
    day,
    people: new Set(all.map(({ actor }) => actor)).size,
    items: unusualAccess(all).map((found) => ({ ...found, meaning: FINDINGS[found.finding] })),
  }
}
