import type { Decision } from './decide.ts'
import { MARKINGS } from './marking.ts'
import type { Principal } from './person.ts'
import { type Action, mayDo } from './roles.ts'
import { isVettedFor } from './vetting.ts'

/**
 * Why a person may do something to no recording at all, whichever it is; null: there may be one that
 * they may do it to. It rests on the person alone, and so tells nothing of what exists.
 */
export function refusedForAll(
  { register, roles }: Principal,
  action: Action,
  now: Date,
): Extract<Decision, { allowed: false }>['reason'] | null {
  if (!register) return 'not-registered'
  if (register.status !== 'serving') return 'not-serving'
  if (!roles.some((role) => mayDo(role, action))) return 'role'
  return isVettedFor(MARKINGS[0], register.vetting, now) ? null : 'vetting'
}
