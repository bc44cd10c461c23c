import { decide } from './decide.ts'
import type { Guarded } from './guards.ts'
import type { Principal } from './person.ts'
import type { Action } from './roles.ts'

/** What is known of a recording, and how it will be guarded if changes under way come about. */
type Changing = Guarded & { becoming?: readonly Guarded[] | undefined }

/** Whether a person may do that to a recording now, and still may when any of the changes has come. */
export const mayThroughout = (
  principal: Principal,
  action: Action,
  footage: Changing,
  now: Date,
): boolean =>
  [footage, ...(footage.becoming ?? [])].every(
    (guarded) => decide(principal, action, guarded, now).allowed,
  )
