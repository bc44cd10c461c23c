import type { TableClient } from '@azure/data-tables'
import { type RegisterEntry, registerEntrySchema } from '../clearance/person.ts'
import { createRegister, type Register } from './register.ts'

/** The people register: vetting, unit, borough and assignments by directory id, with history. */
export type PeopleRegister = Register<RegisterEntry>

export const createPeopleRegister = (table: TableClient, now: () => Date): PeopleRegister =>
  createRegister(table, 'person', registerEntrySchema, now)
