import type { TableClient } from '@azure/data-tables'
import { type RegisterEntry, registerEntrySchema } from '../../clearance/person.ts'
import { createRegister, type Register } from './register.ts'

/**
 * What one person alone may hold: a warrant number, which footage is filed under. Who left gives it
 * up; their history keeps it.
 */
export const warrantOf = ({ officer, status }: Pick<RegisterEntry, 'officer' | 'status'>) =>
  status === 'left' ? null : warrant(officer)

/** A warrant number as what is held. */
export const warrant = (officer: RegisterEntry['officer']): string => `warrant number ${officer}`

/** The people register: vetting, unit, borough and assignments by directory id, with history. */
export type PeopleRegister = Register<RegisterEntry>

/** A register in which no two people who serve have one warrant number. */
export const createPeopleRegister = (table: TableClient, now: () => Date): PeopleRegister =>
  createRegister(table, 'person', registerEntrySchema, now, { holds: warrantOf })
