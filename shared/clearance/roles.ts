import { z } from 'zod'

/** The app roles that a token may carry. Any other value grants nothing. */
export const ROLES = [
  'Dock',
  'Officer',
  'Investigator',
  'Supervisor',
  'EvidenceManager',
  'DisclosureOfficer',
  'PostIncidentManager',
  'Auditor',
  'Administrator',
] as const

export const roleSchema = z.enum(ROLES)
export type Role = z.infer<typeof roleSchema>

/** What can be done to a recording. */
export const ACTIONS = [
  'list',
  'view',
  'view-live',
  'take-original',
  'mark',
  'release-lock',
  'hold',
  'grant',
  'dispose',
  'link',
  'mark-case',
  'break-glass',
  'approve-break-glass',
  'read-audit',
  'verify',
] as const
export type Action = (typeof ACTIONS)[number]

/**
 * How a person can be tied to a recording, the nearest first: a decision names the first that counts,
 * so that who was assigned is not told from who merely serves in the borough. `remit` ties a role to
 * all footage of the force.
 */
const LINKS = ['own', 'assignment', 'grant', 'unit', 'borough', 'remit'] as const
export type Link = (typeof LINKS)[number]

/**
 * Per role: what it may do, and which ties between person and recording count for it. Asking to break
 * the glass is for those whom nothing ties to a recording: it needs no tie, but a second person's
 * approval.
 */
export const ROLE_RULES: Record<
  Role,
  { actions: readonly Action[]; links: readonly Link[]; untied?: readonly Action[] }
> = {
  Dock: { actions: [], links: [] },
  Officer: { actions: ['list', 'view'], links: ['own', 'grant'] },
  Investigator: {
    actions: ['list', 'view', 'view-live', 'take-original', 'link'],
    links: ['own', 'assignment', 'grant', 'unit', 'borough'],
    untied: ['break-glass'],
  },
  Supervisor: {
    actions: [
      'list',
      'view',
      'view-live',
      'mark',
      'hold',
      'grant',
      'link',
      'mark-case',
      'approve-break-glass',
    ],
    links: ['own', 'assignment', 'grant', 'unit', 'borough'],
    untied: ['break-glass'],
  },
  EvidenceManager: {
    actions: [
      'list',
      'view',
      'take-original',
      'mark',
      'hold',
      'grant',
      'dispose',
      'link',
      'mark-case',
      'approve-break-glass',
      'verify',
    ],
    // All is theirs by remit. A nearer tie is named where there is one: own recordings stand out.
    links: ['own', 'assignment', 'grant', 'remit'],
  },
  DisclosureOfficer: {
    actions: ['list', 'view', 'take-original', 'mark-case'],
    links: ['assignment', 'grant'],
  },
  PostIncidentManager: { actions: ['mark', 'release-lock', 'hold'], links: ['remit'] },
  Auditor: { actions: ['read-audit', 'verify'], links: ['remit'] },
  Administrator: { actions: [], links: [] },
}

/** Whether a role may do that to any recording at all. */
export const mayDo = (role: Role, action: Action): boolean =>
  ROLE_RULES[role].actions.includes(action) || ROLE_RULES[role].untied?.includes(action) === true

/** The ties by which one of these roles may do that to a recording. */
export const tiesFor = (roles: readonly Role[], action: Action): ReadonlySet<Link> =>
  new Set(
    roles.flatMap((role) => {
      const { actions, links, untied } = ROLE_RULES[role]
      if (untied?.includes(action)) return ['remit']
      return actions.includes(action) ? links : []
    }),
  )

/** Duties that concern no single recording, and the roles that have them. */
export const DUTIES = {
  'upload-footage': ['Dock'],
  'search-footage': [
    'Officer',
    'Investigator',
    'Supervisor',
    'EvidenceManager',
    'DisclosureOfficer',
  ],
  'manage-quarantine': ['EvidenceManager'],
  'hasten-renditions': ['EvidenceManager', 'Supervisor'],
  'keep-people-register': ['Administrator'],
  'disclose-case': ['DisclosureOfficer'],
  'watch-access': ['Auditor'],
  'find-people': ['Administrator', 'Auditor', 'EvidenceManager', 'Supervisor'],
  'read-people-history': ['Administrator', 'Auditor'],
  'end-playbacks': ['Administrator'],
  'assign-officers': ['Administrator', 'Supervisor'],
  'keep-camera-register': ['Administrator', 'EvidenceManager'],
  'read-camera-history': ['Administrator', 'EvidenceManager', 'Auditor'],
  'ask-break-glass': ['Investigator', 'Supervisor'],
  'approve-break-glass': ['EvidenceManager', 'Supervisor'],
  'review-break-glass': ['Auditor'],
} as const satisfies Record<string, readonly Role[]>
export type Duty = keyof typeof DUTIES
