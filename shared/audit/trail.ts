import type { TableClient } from '@azure/data-tables'
import type { FootageId } from '../footage/ids.ts'
import { afterConflict } from '../storage/contention.ts'
import { documentTable } from '../storage/documents.ts'
import { type AuditAct, type AuditEntry, auditEntrySchema, nextEntry } from './chain.ts'
import { createPendingHeads } from './pending-heads.ts'

/** The audit trail of every recording: an append-only hash chain each. */
export type AuditTrail = {
  /**
   * Appends an entry, after whatever others append at the same time. Resolves when it is stored:
   * release nothing before that, and nothing if it throws.
   */
  append(id: FootageId, act: AuditAct): Promise<AuditEntry>
  /** As append, but only if there is no entry of that action with the same detail yet. */
  appendOnce(id: FootageId, act: AuditAct): Promise<void>
  /** The last entry; null if there is none. */
  head(id: FootageId): Promise<AuditEntry | null>
  /**
   * The whole chain, first entry first.
   * @throws BluelampError `damaged-record` if a row holds no entry
   */
  read(id: FootageId): Promise<AuditEntry[]>
  /** As read, for those who check it: null stands for a row that holds no entry. */
  readAsStored(id: FootageId): Promise<(AuditEntry | null)[]>
}

/** Sequence numbers count down in row keys, so that the head of a chain is its first row. */
const LAST_SEQUENCE = 9_999_999_999

const rowKey = (sequence: number): string =>
  String(LAST_SEQUENCE - sequence).padStart(String(LAST_SEQUENCE).length, '0')

export function createAuditTrail(table: TableClient, now: () => Date): AuditTrail {
  const rows = documentTable(table, auditEntrySchema)
  const storedRows = documentTable(table, auditEntrySchema.nullable().catch(null))
  const pending = createPendingHeads(table, now)

  const headOf = async (id: FootageId): Promise<AuditEntry | null> => {
    for await (const { value } of rows.list(id, {}, 1)) return value
    return null
  }

  /** Appends behind `head`; null if another was faster. */
  const tryAppend = async (
    id: FootageId,
    act: AuditAct,
    head: AuditEntry | null,
  ): Promise<AuditEntry | null> => {
    const entry = nextEntry(id, head, act, now())
    // Noted before it is written: an entry that the anchors do not know of must not exist.
    await pending.note(id, entry.sequence)
    // Whoever inserts the next sequence number has it; the others look at the new head.
    return (await rows.insert(id, rowKey(entry.sequence), entry)) && entry
  }

  const append: AuditTrail['append'] = async (id, act) => {
    for (let attempt = 0; ; attempt += 1) {
      const entry = await tryAppend(id, act, await headOf(id))
      if (entry) return entry
      await afterConflict(attempt)
    }
  }

  const read: AuditTrail['read'] = async (id) => {
    const entries: AuditEntry[] = []
    for await (const { value } of rows.list(id)) entries.push(value)
    return entries.reverse()
  }

  const readAsStored: AuditTrail['readAsStored'] = async (id) => {
    const entries: (AuditEntry | null)[] = []
    for await (const { value } of storedRows.list(id)) entries.push(value)
    return entries.reverse()
  }

  return {
    append,
    head: headOf,
    read,
    readAsStored,
    async appendOnce(id, act) {
      const detail = JSON.stringify(act.detail ?? {})
      const isSame = (entry: AuditEntry) =>
        entry.action === act.action && JSON.stringify(entry.detail) === detail
      // Looked for anew before each try: whoever was faster may have said the same.
      for (let attempt = 0; ; attempt += 1) {
        const entries = await read(id)
        if (entries.some(isSame)) return
        if (await tryAppend(id, act, entries.at(-1) ?? null)) return
        await afterConflict(attempt)
      }
    },
  }
}
