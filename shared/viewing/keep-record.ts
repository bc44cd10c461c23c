import { messageOf } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { Services } from '../services.ts'
import type { ViewingPointer } from '../storage/tables/viewings.ts'
import { end } from './end-viewing.ts'
import { findIntact, loseViewing } from './lose-viewing.ts'
import { recordReleased } from './record-released.ts'
import { VIEWING_LIFE_MS } from './viewing.ts'

const AT_ONCE = 8
/** After their shift viewings stay for so long, so that a late player is still told that it is over. */
const AFTERLIFE_MS = 24 * 3_600_000

/** What one look at all viewings of the last shift did. */
export type RecordRun = { recorded: number; ended: number; forgotten: number; failed: number }

/**
 * Brings the trail up to date with what players have done that ask for nothing more: what they
 * released, that their time is over, and what someone began to end and did not finish. One viewing
 * that fails holds up no other; it is looked at again the next time.
 */
export async function keepRecord(services: Services): Promise<RecordRun> {
  const run: RecordRun = { recorded: 0, ended: 0, forgotten: 0, failed: 0 }
  const pointers = await Array.fromAsync(services.viewings.all())
  await inParallel(AT_ONCE, pointers, async (pointer) => {
    try {
      const done = await look(services, pointer)
      if (done) run[done] += 1
    } catch (error) {
      run.failed += 1
      const because = messageOf(error)
      const { footageId, viewing } = pointer
      services.log.error('a viewing is not on record yet', { footageId, viewing, because })
    }
  })
  return run
}

async function look(
  services: Services,
  pointer: ViewingPointer,
): Promise<'recorded' | 'ended' | 'forgotten' | null> {
  const { viewings, now } = services
  const age = now().getTime() - Date.parse(pointer.openedAt)
  if (pointer.closed) {
    if (age < VIEWING_LIFE_MS + AFTERLIFE_MS) return null
    await viewings.forget(pointer)
    return 'forgotten'
  }
  const viewing = await findIntact(services, pointer)
  if (typeof viewing === 'string') {
    await loseViewing(services, pointer, viewing)
    return 'ended'
  }
  if (viewing.ended || age >= VIEWING_LIFE_MS) {
    await end(services, viewing, { by: 'service', because: 'expired', reason: null })
    return 'ended'
  }
  return (await recordReleased(services, viewing)) ? 'recorded' : null
}
