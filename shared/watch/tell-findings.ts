import { inParallel } from '../in-parallel.ts'
import type { Services } from '../services.ts'
import { lookAtDay } from './report.ts'

const DAY_MS = 86_400_000
/** Findings that are told of at the same time. */
const AT_ONCE = 16

/**
 * Tells other systems of unusual access of today and yesterday: each finding of a person and day once,
 * or again where a worker died before it could note that. Who may know more reads the report.
 * @returns how many were told
 */
export async function tellFindings(
  services: Pick<Services, 'activity' | 'events' | 'now'>,
): Promise<number> {
  const { activity, events, now } = services
  const today = now().getTime()
  let told = 0
  for (const time of [today - DAY_MS, today]) {
    const day = new Date(time).toISOString().slice(0, 10)
    const [{ findings }, known] = await Promise.all([
      lookAtDay(activity, day),
      activity.toldOf(day),
    ])
    const news = findings.filter(({ actor, finding }) => !known.has(actor, finding))
    await inParallel(AT_ONCE, news, async ({ actor, finding }) => {
      await events.publish({ type: 'Bluelamp.UnusualAccess', day, actor, finding })
      await activity.noteTold(day, actor, finding)
    })
    told += news.length
  }
  return told
}
