import { messageOf } from '../errors.ts'
import type { FootageEvent } from '../events/domain-events.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'

/** Tells other systems of broken glass. An emergency does not wait for those who are to hear of it. */
export async function tellBreakGlass(
  { events, log }: Services,
  type: FootageEvent['type'],
  footageId: FootageId,
): Promise<void> {
  try {
    await events.publish({ type, footageId })
  } catch (error) {
    const because = messageOf(error)
    log.error('an event about broken glass was not published', { footageId, type, because })
  }
}
