import { isInHand } from '../records/evidence-package.ts'
import type { Services } from '../services.ts'
import { endPackage } from './end-package.ts'

/** How many packages of one list a sweep looks after; the next sweep takes the others. */
const LIMIT_PER_LIST = 500

/**
 * Drives packages again that stand still, and ends those whose time is over.
 * @param idleMs how long a package must have stood still
 * @returns how many there were of either
 */
export async function sweepPackages(
  services: Services,
  idleMs: number,
): Promise<{ driven: number; ended: number }> {
  return { driven: await driveIdle(services, idleMs), ended: await endOverdue(services) }
}

async function driveIdle(services: Services, idleMs: number): Promise<number> {
  const { packageRows, queues, now } = services
  let driven = 0
  for await (const { footageId, package: key, settle } of packageRows.toMake()) {
    const row = await packageRows.find(footageId, key)
    // None yet: it is listed before it is there.
    if (!row) continue
    if (!isInHand(row.state)) {
      await settle()
      continue
    }
    if (now().getTime() - Date.parse(row.changedAt) < idleMs) continue
    await queues.send('make-package', { footageId, package: key }, 'ordinary')
    // It counts as moved: the next sweep gives this drive time to work.
    await packageRows.change(footageId, key, ({ state }) => (isInHand(state) ? {} : null))
    driven += 1
    if (driven === LIMIT_PER_LIST) break
  }
  return driven
}

async function endOverdue(services: Services): Promise<number> {
  const { packageRows, now } = services
  let ended = 0
  for await (const { footageId, package: key, settle } of packageRows.toEnd(now())) {
    const row = await packageRows.find(footageId, key)
    if (row) await endPackage(services, row, 'expired', 'its time is over')
    // Whoever asked for it died before there was one.
    else await packageRows.settleMaking(key)
    await settle()
    ended += 1
    if (ended === LIMIT_PER_LIST) break
  }
  return ended
}
