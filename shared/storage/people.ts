import type { TableClient } from '@azure/data-tables'
import { type Oid, type RegisterEntry, registerEntrySchema } from '../clearance/person.ts'
import { documentTable } from './documents.ts'

const PARTITION = 'person'

/** The people register: vetting, unit, borough and assignments by directory id. */
export type PeopleRegister = {
  find(oid: Oid): Promise<{ entry: RegisterEntry; etag: string } | null>
  /** Writes an entry; `etag` null: only if there is none yet. False if it has changed meanwhile. */
  put(oid: Oid, entry: RegisterEntry, etag: string | null): Promise<boolean>
}

export function createPeopleRegister(table: TableClient): PeopleRegister {
  const rows = documentTable(table, registerEntrySchema)
  return {
    async find(oid) {
      const stored = await rows.get(PARTITION, oid)
      return stored && { entry: stored.value, etag: stored.etag }
    },
    async put(oid, entry, etag) {
      if (etag === null) return (await rows.insert(PARTITION, oid, entry)) !== null
      // Compared here first: text that is no ETag of storage would be a fault to it, not a conflict.
      if ((await rows.get(PARTITION, oid))?.etag !== etag) return false
      return (await rows.replace(PARTITION, oid, entry, etag)) !== null
    },
  }
}
