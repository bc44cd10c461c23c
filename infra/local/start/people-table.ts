import Table from 'cli-table3'
import { isValid } from '../../../shared/clearance/vetting.ts'
import type { SamplePerson } from '../sample-people.ts'

/** What each role may do with footage that a person is tied to, in a developer's words. */
const MAY: Record<SamplePerson['roles'][number], (person: SamplePerson['register']) => string> = {
  Officer: () => 'plays own footage',
  Investigator: ({ borough }) => `plays and takes originals: ${borough}, own unit, own`,
  Supervisor: ({ borough }) => `plays: ${borough}, own unit, own; asks for renditions again`,
  EvidenceManager: () => 'plays and takes originals: all; quarantine',
  DisclosureOfficer: ({ assignments }) =>
    `plays and takes originals: ${assignments.map(({ type, value }) => `${type} ${value}`).join(', ')}`,
  PostIncidentManager: () => 'marks and holds all, lifts post-incident locks; no footage',
  Auditor: () => 'audit trails of all; no footage',
  Administrator: () => 'the people register; no footage',
}

/** Roles that see no footage, for which vetting is not asked. */
const BLIND: readonly SamplePerson['roles'][number][] = ['Auditor', 'Administrator']

/** Levels of national security vetting, which open no footage by themselves. */
const NOT_FORCE_VETTING = ['CTC', 'SC', 'eSC', 'DV']

/** The sample people as a table: who they are, and what they may see of footage as docks send it. */
export function peopleTable(people: readonly SamplePerson[], now: Date): string {
  const table = new Table({
    head: ['name', 'role', 'borough', 'vetting', 'may'],
    style: { head: [], border: [], compact: true },
  })
  for (const person of people) {
    const { name, roles, register } = person
    const vetting = register.vetting
      .map(({ level, expires }) => `${level} to ${expires}`)
      .join(', ')
    table.push([name, roles.join(', '), register.borough ?? '–', vetting || '–', sees(person, now)])
  }
  return table.toString()
}

function sees({ roles, register }: SamplePerson, now: Date): string {
  const refusal = roles.every((role) => BLIND.includes(role)) ? null : refusalOf(register, now)
  return refusal ?? roles.map((role) => MAY[role](register)).join('; ')
}

function refusalOf({ vetting }: SamplePerson['register'], now: Date): string | null {
  if (vetting.every(({ level }) => NOT_FORCE_VETTING.includes(level))) {
    return 'nothing: no force vetting'
  }
  return vetting.some((one) => isValid(one, now)) ? null : 'nothing: vetting has expired'
}
