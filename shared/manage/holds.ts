import type { PlannedChange } from '../audit/planned-change.ts'
import { BluelampError } from '../errors.ts'
import type { Footage } from '../footage/footage.ts'
import { type Hold, withHold, withoutHold } from '../footage/holds.ts'
import type { Authorship } from './change.ts'

/** Holds that one recording carries at a time. */
const HOLDS_LIMIT = 10

/**
 * Keeps a recording from disposal under a name, or says anew why. What was ordered is called off.
 * @throws BluelampError `conflict` over the limit
 */
export function planHold(
  { holds, disposal }: Footage,
  name: string,
  authorship: Authorship,
): PlannedChange {
  const hold: Hold = { name, ...authorship }
  const all = withHold(holds, hold)
  if (all.length > HOLDS_LIMIT) {
    throw new BluelampError('conflict', `A recording carries at most ${HOLDS_LIMIT} holds.`)
  }
  const placed = { action: 'hold-placed', detail: { name } } as const
  if (!disposal) return { acts: [placed], change: { holds: all } }
  const calledOff = { action: 'disposal-called-off', detail: { ordered: disposal.at } } as const
  return { acts: [placed, calledOff], change: { holds: all, disposal: undefined } }
}

/**
 * Releases a hold.
 * @throws BluelampError `not-found` if there is none of that name
 */
export function planHoldRelease({ holds }: Footage, name: string): PlannedChange {
  const left = withoutHold(holds, name)
  if (left.length === holds.length) {
    throw new BluelampError('not-found', 'The recording is not held under that name.')
  }
  return { acts: [{ action: 'hold-released', detail: { name } }], change: { holds: left } }
}
