import type { Footage } from '../footage/footage.ts'
import type { FootageState } from '../footage/state.ts'
import type { Services } from '../services.ts'
import type { DomainEvent } from './domain-events.ts'

/** The states that the systems around Bluelamp are told of. */
const ANNOUNCED: Partial<Record<FootageState, DomainEvent['type']>> = {
  mismatched: 'Bluelamp.FootageMismatched',
  secured: 'Bluelamp.FootageSecured',
  unplayable: 'Bluelamp.FootageUnplayable',
  ready: 'Bluelamp.FootageReady',
}

/**
 * Tells of the state that a recording has come into, once. The truth keeps which state was told
 * last: a worker that dies before it can tell leaves that to its successor, at least once.
 */
export async function announce({ events, catalogue }: Services, footage: Footage): Promise<void> {
  const { id, state, announced } = footage
  const type = ANNOUNCED[state]
  if (!type || announced === state) return
  await events.publish({ type, footageId: id })
  await catalogue.change(id, (current) => (current.state === state ? { announced: state } : null))
}
