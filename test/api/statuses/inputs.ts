import { samplePeople } from '../../../infra/local/sample-people.ts'
import { ADMINISTRATOR, AUDITOR, DOCK, INVESTIGATOR, MANAGER } from '../../functions/local-app.ts'
import { personWith } from '../../scene.ts'
import type { Input, Operation } from '../described-api.ts'

export const SUPERVISOR = personWith('Supervisor')
export const DISCLOSURE = personWith('DisclosureOfficer')
const NOTHING = '019ab4ea-0000-7000-8000-000000000000'
export const CASE = '01AB/1234/26'
export const reason = 'asked for by the officer in charge'
export const body = { reason }

/** The id of a sample person. */
export const oidOf = (name: string): string =>
  samplePeople.find((person) => person.name === name)?.oid ?? ''

/** Addresses that are well-formed, and may name nothing. */
export const PARAMS: Record<string, string> = {
  id: NOTHING,
  request: NOTHING,
  package: NOTHING,
  viewing: NOTHING,
  oid: NOTHING,
  serial: 'VB-0000',
  from: '2026-11-01T08:00:00Z',
  name: 'iopc-2026-114',
  type: 'crime',
  value: '2412345/26',
  urn: CASE,
}

/** Addresses at which there is nothing, whatever would be done there. */
export const ABSENT: Record<string, string> = {
  ...PARAMS,
  from: 'never',
  oid: 'nobody',
  serial: '-',
  urn: 'none of theirs',
}

export const OFFICER = { officer: 'P214567', reason }

export const REQUESTED_PACKAGE = {
  reason,
  recipients: [
    {
      name: 'A. Okoye',
      organisation: 'CPS London',
      capacity: 'prosecution',
      contact: '020 7946 0000',
    },
  ],
}

/** A body that an operation takes, where it is not a mere reason. */
export const BODIES: Record<string, unknown> = {
  amendFootage: { reason, category: 'stop-search' },
  grantAccess: { reason, level: 'view', until: new Date(Date.now() + 3_600_000).toISOString() },
  markForCase: { reason, standing: 'unused', reviewer: 'C711038', reviewedOn: '2026-01-02' },
  orderDisposal: { reason, rule: 'non-evidential' },
  issueCamera: OFFICER,
  requestPackage: REQUESTED_PACKAGE,
  reviewBreakGlass: { outcome: 'justified', note: 'a child was found' },
}

export const fitting = ({ id, takes }: Operation): Input =>
  takes === null ? {} : { body: BODIES[id] ?? body }

/** Someone with one of the roles that an operation names. */
export function entitledTo({ roles }: Operation): string | null {
  const names: Record<string, string> = {
    EvidenceManager: MANAGER,
    Investigator: INVESTIGATOR,
    Auditor: AUDITOR,
    Administrator: ADMINISTRATOR,
    DisclosureOfficer: DISCLOSURE,
    Dock: DOCK,
  }
  return Object.entries(names).find(([role]) => roles.includes(role))?.[1] ?? null
}
