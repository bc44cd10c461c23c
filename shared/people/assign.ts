import {
  type Oid,
  oidSchema,
  type Principal,
  type RegisterEntry,
  registerEntrySchema,
} from '../clearance/person.ts'
import type { Reference } from '../clearance/references.ts'
import { BluelampError } from '../errors.ts'
import type { Services } from '../services.ts'

/** What a person works on. */
export const assignmentsSchema = registerEntrySchema
  .pick({ assignments: true })
  .extend({ oid: oidSchema })

/** Assignments that one person has at a time. */
const ASSIGNMENTS_LIMIT = 200

/** What a person works on, with the version of their entry. */
export type VersionedAssignments = { assignments: Reference[]; etag: string }

/** An assignment, or its end, as it is asked for. */
export type AssignmentRequest = {
  oid: Oid
  reference: Reference
  /** The If-Match header: the version that the change rests on. */
  ifMatch: string | null
  reason: string
}

/**
 * What a person works on.
 * @throws BluelampError `not-found` for a person that there is none of for this caller
 */
export async function readAssignments(
  { people }: Pick<Services, 'people'>,
  principal: Principal,
  oid: Oid,
): Promise<VersionedAssignments & { entry: RegisterEntry }> {
  const found = await people.find(oid)
  if (!found || !mayAssign(principal, found.entry)) {
    throw new BluelampError('not-found', 'There is no such person for this caller.')
  }
  return { ...found, assignments: found.entry.assignments }
}

/**
 * Assigns a person to an incident, a crime or a case, or ends that. It counts from their next
 * request, and stands in their history with the reason.
 * @returns the assignments after it
 * @throws BluelampError `not-found` for a person that there is none of for this caller; `forbidden`
 *   for oneself; `precondition-required` or `precondition-failed` for no or an old version;
 *   `conflict` over the limit
 */
export async function assign(
  services: Services,
  principal: Principal,
  { oid, reference, ifMatch, reason }: AssignmentRequest,
  wanted: 'assigned' | 'unassigned',
): Promise<VersionedAssignments> {
  if (principal.oid === oid) {
    throw new BluelampError('forbidden', 'Nobody changes their own assignments.')
  }
  const { entry, etag } = await readAssignments(services, principal, oid)
  if (ifMatch === null) {
    const message = 'Read the assignments and send their ETag as If-Match.'
    throw new BluelampError('precondition-required', message)
  }
  const stale = () =>
    new BluelampError('precondition-failed', 'The entry has changed. Read it again.')
  if (ifMatch !== etag) throw stale()
  const assignments = withAssignment(entry.assignments, reference, wanted)
  if (assignments.length === entry.assignments.length) return { assignments, etag }
  const author = { by: principal.oid, cause: 'assigned', reason } as const
  const isWritten = await services.people.put(oid, { ...entry, assignments }, etag, author)
  if (!isWritten) throw stale()
  return readAssignments(services, principal, oid)
}

/** Administrators assign anyone, supervisors those of their own unit or borough. */
function mayAssign({ roles, register }: Principal, person: RegisterEntry): boolean {
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
function withAssignment(
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
