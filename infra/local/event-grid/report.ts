import type { AttemptOutcome, DeadLetterReason, Decision } from './retry.ts'

type Ids = { subscription: string; eventId: string }

/** What Event Grid did, for the console of a developer and for tests. */
export type Report =
  | (Ids & { kind: 'attempted'; attempts: number; outcome: AttemptOutcome; decision: Decision })
  | (Ids & { kind: 'deadLettered'; reason: DeadLetterReason; container: string; path: string })
  /** Given up, and the subscription has no container for dead letters. */
  | (Ids & { kind: 'lost'; reason: DeadLetterReason })
  /** A fault switch struck: 0 copies is a dropped event, 2 a duplicated one. */
  | (Ids & { kind: 'faulted'; copies: 0 | 2 })
  /** An event could not be made or a dead letter not be stored: the event is lost. */
  | { kind: 'failed'; cause: unknown }
