import {
  type Oid,
  oidSchema,
  type Principal,
  type RegisterEntry,
  registerEntrySchema,
} from '../clearance/person.ts'
import { BluelampError } from '../errors.ts'
import type { Reference } from '../footage/references.ts'
import type { Services } from '../services.ts'
import { afterConflict } from '../storage/contention.ts'

/** What a person works on. */
export const assignmentsSchema = registerEntrySchema
  .pick({ assignments: true })
  .extend({ oid: oidSchema })

/** Assignments that one person has at a time. */
const ASSIGNMENTS_LIMIT = 200
/** How often a change is tried again that others came in between of. */
const ATTEMPTS = 10

/**
 * Assigns a person to an incident, a crime or a case, or ends that. It counts from their next
 * request. No version is asked for: the change is of one member of a set, whatever else changes.
 * @returns the assignments after it
 * @throws BluelampError `not-found` for a person that there is none of for this caller; `forbidden`
 *   for oneself; `conflict` over the limit
 */
export async function assign(
  { people }: Services,
  principal: Principal,
  oid: Oid,
  reference: Reference,
  wanted: 'assigned' | 'unassigned',
): Promise<Reference[]> {
  if (principal.oid === oid) {
    throw new BluelampError('forbidden', 'Nobody changes their own assignments.')
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await people.find(oid)
    if (!found || !mayAssign(principal, found.entry)) {
      throw new BluelampError('not-found', 'There is no such person for this caller.')
    }
    const { entry, etag } = found
    const assignments = withAssignment(entry.assignments, reference, wanted)
    if (assignments.length === entry.assignments.length) return entry.assignments
    const author = { by: principal.oid, cause: 'assigned' } as const
    if (await people.put(oid, { ...entry, assignments }, etag, author)) return assignments
    await afterConflict(attempt)
  }
  throw new BluelampError('precondition-failed', 'The entry changes too often. Try again.')
}

/** Administrators assign anyone, supervisors those of their own unit or borough. */
export function mayAssign({ roles, register }: Principal, person: RegisterEntry): boolean {
  if (roles.includes('Administrator')) return true
  if (!roles.includes('Supervisor') || !register) return false
  return (
    register.unit === person.unit ||
    (register.borough !== undefined && register.borough === person.borough)
  )
}

/**
 * The assignments with or without that one.
 * @throws BluelampError `conflict` over the limit
 */
export function withAssignment(
  assignments: readonly Reference[],
  reference: Reference,
  wanted: 'assigned' | 'unassigned',
): Reference[] {
  const others = assignments.filter(
    ({ type, value }) => type !== reference.type || value !== reference.value,
  )
  if (wanted === 'unassigned') return others
  if (others.length >= ASSIGNMENTS_LIMIT) {
    throw new BluelampError('conflict', `A person has at most ${ASSIGNMENTS_LIMIT} assignments.`)
  }
  return others.length < assignments.length ? [...assignments] : [...assignments, reference]
}
