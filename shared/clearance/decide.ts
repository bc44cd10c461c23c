import type { Grant, Guarded, Restriction } from './guards.ts'
import { HIGHEST_SERVABLE, isServable } from './marking.ts'
import type { Oid, Principal, RegisterEntry } from './person.ts'
import { type Action, DUTIES, type Duty, type Link, mayDo, ROLE_RULES, type Role } from './roles.ts'
import { isVettedFor } from './vetting.ts'

/**
 * The answer, with its reason.
 * Allowed: by the role and tie named.
 * Refused: `not-registered` no entry in the people register · `not-serving` they left, or are
 * suspended · `marked-too-high` not for a public
 * cloud · `vetting` none that is valid and enough · `restricted` a flag closes it · `role` no role
 * allows the action · `own-recording` nobody decides on what they recorded themselves ·
 * `need-to-know` a role would, but nothing ties the person to the recording.
 */
export type Decision =
  | { allowed: true; role: Role; link: Link }
  | {
      allowed: false
      reason:
        | 'not-registered'
        | 'not-serving'
        | 'marked-too-high'
        | 'vetting'
        | 'restricted'
        | 'role'
        | 'own-recording'
        | 'need-to-know'
    }

/** The role and tie by which something was allowed, as it goes on record. */
export const basisOf = ({ role, link }: Extract<Decision, { allowed: true }>): string =>
  `${role}/${link}`

const refuse = (reason: Extract<Decision, { allowed: false }>['reason']): Decision => ({
  allowed: false,
  reason,
})

/** Actions that let nobody see or hear the footage, and so ask for no vetting of its marking. */
const BLIND_ACTIONS: readonly Action[] = ['read-audit', 'verify']

/**
 * What must be possible with footage that is marked too high to be seen here: a marking that was a
 * slip has to be put right, evidence has to be held, and what was moved to its proper place has to go.
 */
const HANDLING_ACTIONS: readonly Action[] = ['mark', 'release-lock', 'hold', 'dispose']

/** What nobody does with a recording of their own: it decides who sees it, and how long it is kept. */
const DISINTERESTED_ACTIONS: readonly Action[] = [
  'mark',
  'release-lock',
  'hold',
  'grant',
  'dispose',
  'mark-case',
  'approve-break-glass',
]

/**
 * Whether a person may do something with a recording, now. Pure and total; what is not allowed by a
 * rule is refused. Marking, vetting and restrictions are asked first, and no role gets around them.
 */
export function decide(
  principal: Principal,
  action: Action,
  footage: Guarded,
  now: Date,
): Decision {
  const { register } = principal
  if (!register) return refuse('not-registered')
  if (register.status !== 'serving') return refuse('not-serving')
  if (!BLIND_ACTIONS.includes(action)) {
    const servable = isServable(footage.marking)
    if (!servable && !HANDLING_ACTIONS.includes(action)) return refuse('marked-too-high')
    const asked = servable ? footage.marking : HIGHEST_SERVABLE
    if (!isVettedFor(asked, register.vetting, now)) return refuse('vetting')
  }
  const links = linksBetween(principal.oid, register, action, footage, now)
  const able = principal.roles.filter((role) => mayDo(role, action))
  if (able.length === 0) return refuse('role')
  if (links.includes('own') && DISINTERESTED_ACTIONS.includes(action)) {
    return refuse('own-recording')
  }
  const granted = links.includes('grant') && !footage.restrictions.includes('post-incident-lock')
  const open = able.filter((role) => granted || !isClosed(role, action, footage.restrictions))
  if (open.length === 0) return refuse('restricted')
  for (const role of open) {
    if (ROLE_RULES[role].untied?.includes(action)) return { allowed: true, role, link: 'remit' }
    const link = ROLE_RULES[role].links.find((candidate) => links.includes(candidate))
    if (link) return { allowed: true, role, link }
  }
  return refuse('need-to-know')
}

/** Whether one of the roles has a duty that concerns no single recording. */
export const hasDuty = (roles: readonly Role[], duty: Duty): boolean =>
  roles.some((role) => (DUTIES[duty] as readonly Role[]).includes(role))

const SEEING: readonly Action[] = ['list', 'view', 'view-live', 'take-original']

/**
 * A restriction closes a recording to view, and to every other use by roles that reach it through a
 * tie: what is done with it is for those who answer for all footage of the force. The glass may be
 * broken for any restriction but the post-incident lock, which ends with its manager's word alone.
 */
function isClosed(role: Role, action: Action, restrictions: readonly Restriction[]): boolean {
  if (restrictions.length === 0 || BLIND_ACTIONS.includes(action)) return false
  if (action === 'break-glass' || action === 'approve-break-glass') {
    return restrictions.includes('post-incident-lock')
  }
  return SEEING.includes(action) || !ROLE_RULES[role].links.includes('remit')
}

function linksBetween(
  oid: Oid,
  register: RegisterEntry,
  action: Action,
  footage: Guarded,
  now: Date,
): Link[] {
  const ties: Record<Link, boolean> = {
    own: register.officer === footage.officer,
    assignment: register.assignments.some((assigned) =>
      footage.references.some(
        (reference) => reference.type === assigned.type && reference.value === assigned.value,
      ),
    ),
    grant: footage.grants.some((grant) => grantCovers(grant, oid, action, now)),
    unit: register.unit === footage.unit,
    borough: register.borough !== undefined && register.borough === footage.borough,
    remit: true,
  }
  return (Object.keys(ties) as Link[]).filter((link) => ties[link])
}

/** A grant is leave to see, never to mark, to hold or to hand on. */
const GRANTED: Record<Grant['level'], readonly Action[]> = {
  view: ['list', 'view', 'view-live'],
  original: ['list', 'view', 'view-live', 'take-original'],
}

const grantCovers = (grant: Grant, oid: Oid, action: Action, now: Date): boolean =>
  grant.oid === oid &&
  now.getTime() < Date.parse(grant.until) &&
  GRANTED[grant.level].includes(action)
