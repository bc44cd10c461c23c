import type { Viewing } from '../records/viewing.ts'
import type { Services } from '../services.ts'
import { isDueForRecord, releasedAct, withRecorded } from './viewing.ts'

/**
 * Puts what a viewing has released into the audit trail, if it has waited long enough: a few entries
 * a viewing instead of one for every chunk. The player that reads on does so before its next release,
 * and the timer for players that have stopped: nothing waits longer, and while the trail cannot be
 * written nothing more is released.
 * @returns whether there was something to record
 */
export async function recordReleased(
  { audit, viewings, now }: Pick<Services, 'audit' | 'viewings' | 'now'>,
  viewing: Viewing,
): Promise<boolean> {
  if (!isDueForRecord(viewing, now())) return false
  // Once, should another have come as far and died.
  await audit.appendOnce(viewing.footageId, releasedAct(viewing))
  await viewings.change(viewing.footageId, viewing.viewing, (current) =>
    withRecorded(current, viewing),
  )
  return true
}
