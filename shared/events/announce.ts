import type { Footage } from '../footage/footage.ts'
import type { FootageState } from '../footage/state.ts'
import type { Services } from '../services.ts'
import type { FootageEvent } from './domain-events.ts'

/** The states that the systems around Bluelamp are told of. */
const ANNOUNCED: Partial<Record<FootageState, FootageEvent['type']>> = {
  mismatched: 'Bluelamp.FootageMismatched',
  secured: 'Bluelamp.FootageSecured',
  unplayable: 'Bluelamp.FootageUnplayable',
  ready: 'Bluelamp.FootageReady',
}

/**
 * Tells of the state that a recording has come into. The truth keeps what was told last: a worker
 * that dies before it can tell leaves that to its successor. Told at least once, by the same event
 * id each time.
 */
export async function announce({ events, catalogue }: Services, footage: Footage): Promise<void> {
  const { id, state } = footage
  const type = ANNOUNCED[state]
  const announced = newsOf(footage)
  if (!type || footage.announced === announced) return
  await events.publish({ type, footageId: id, news: announced })
  await catalogue.change(id, (current) => (current.state === state ? { announced } : null))
}

/** A second mismatch is news although the state is the same. */
const newsOf = ({ state, parts }: Footage): string =>
  state === 'mismatched' ? `${state} ${parts.flatMap((part) => part.mismatches).length}` : state
