import { z } from 'zod'
import type { PlannedChange } from '../audit/planned-change.ts'
import { type Grant, grantSchema } from '../clearance/guards.ts'
import type { Oid } from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import { instantSchema } from '../footage/clock.ts'
import type { Footage } from '../footage/footage.ts'
import { changeReasonSchema } from '../records/reason.ts'
import type { Services } from '../services.ts'
import { type Authorship, type ChangeRequest, changeFootage } from './change.ts'
import { endBreakGlassOf } from './end-break-glass.ts'

/** The longest access that is given at once. A trial may take longer: it is given again. */
const LONGEST_GRANT_MS = 366 * 24 * 60 * 60_000
/** Grants that one recording carries at a time. */
const GRANTS_LIMIT = 30

/** Access for one person by name. */
export const grantRequestSchema = z.strictObject({
  reason: changeReasonSchema,
  level: grantSchema.shape.level,
  until: instantSchema.meta({
    description: 'when the access ends: within a year',
    examples: ['2026-12-24T00:00:00Z'],
  }),
})
export type GrantRequest = z.infer<typeof grantRequestSchema>

/**
 * Gives a person of the register access to a recording.
 * @throws BluelampError as changeFootage and planGrant; `conflict` for a person whom nobody registered:
 *   a slip in an id would give access to nobody, and not say so
 */
export const grantAccess = (
  services: Services,
  request: ChangeRequest,
  oid: Oid,
  grant: GrantRequest,
): Promise<Footage> =>
  changeFootage(services, request, 'grant', async (footage, author) => {
    if (await services.people.find(oid)) return planGrant(footage, oid, grant, author)
    throw new BluelampError('conflict', 'The people register has no such person. Check the id.')
  })

/**
 * Gives a person access, in place of what they had by name. Ended grants are cleared away: the
 * trail has them.
 * @throws BluelampError `forbidden` to oneself; `invalid-request` for an end that is past or too far
 *   away; `conflict` over the limit
 */
export function planGrant(
  { grants }: Pick<Footage, 'grants'>,
  oid: Oid,
  { level, until }: Pick<GrantRequest, 'level' | 'until'>,
  { by, at }: Authorship,
): PlannedChange {
  if (oid === by) throw new BluelampError('forbidden', 'Nobody gives access to themselves.')
  const lifeMs = Date.parse(until) - Date.parse(at)
  if (lifeMs <= 0 || lifeMs > LONGEST_GRANT_MS) {
    const message = 'must lie in the future, and within a year'
    throw new BluelampError('invalid-request', `Check the body: until ${message}.`, {
      errors: [{ field: 'until', message }],
    })
  }
  const others = grants.filter((grant) => grant.oid !== oid)
  return {
    acts: [{ action: 'access-granted', detail: { oid, level, until } }],
    change: { grants: withGrant(others, { oid, level, until }, at) },
  }
}

/**
 * Takes away all that a person was given by name. An access in an emergency ends with it, and what
 * they are viewing by that.
 * @throws BluelampError as changeFootage and planRevocation
 */
export async function revokeAccess(
  services: Services,
  request: ChangeRequest,
  oid: Oid,
): Promise<Footage> {
  const { visitor, id, reason } = request
  const footage = await changeFootage(services, request, 'grant', (before) =>
    planRevocation(before, oid),
  )
  await endBreakGlassOf(services, visitor, id, oid, reason)
  return footage
}

/**
 * What takes away all that a person was given by name.
 * @throws BluelampError `not-found` if they were given nothing
 */
export function planRevocation({ grants }: Pick<Footage, 'grants'>, oid: Oid): PlannedChange {
  if (!grants.some((grant) => grant.oid === oid)) {
    throw new BluelampError('not-found', 'That person was given no access by name.')
  }
  return {
    acts: [{ action: 'access-revoked', detail: { oid } }],
    change: { grants: grants.filter((grant) => grant.oid !== oid) },
  }
}

/**
 * The grants that have not ended, and one more.
 * @throws BluelampError `conflict` over the limit
 */
export function withGrant(grants: readonly Grant[], grant: Grant, at: string): Grant[] {
  const live = grants.filter(({ until }) => Date.parse(until) > Date.parse(at))
  if (live.length >= GRANTS_LIMIT) {
    throw new BluelampError('conflict', `A recording carries at most ${GRANTS_LIMIT} grants.`)
  }
  return [...live, grant]
}
