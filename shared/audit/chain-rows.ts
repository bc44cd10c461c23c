import type { TableClient } from '@azure/data-tables'
import { BluelampError } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import { documentTable, valuesOf } from '../storage/tables/documents.ts'
import { type AuditEntry, auditEntrySchema, type ChainHead } from './chain.ts'
import { type ChainLink, chainLink } from './verify-chain.ts'

/** The rows of a recording's chain: a partition, the newest entry first. */
export type ChainRows = {
  /** What the next entry follows; null if there is none yet. */
  head(id: FootageId): Promise<ChainHead | null>
  /** Inserts an entry under its sequence; false if another has taken that. */
  insert(id: FootageId, entry: AuditEntry): Promise<boolean>
  /**
   * The whole chain, first entry first.
   * @throws BluelampError `damaged-record` if a row holds no entry
   */
  read(id: FootageId): Promise<AuditEntry[]>
  /**
   * The entries after one sequence and up to another, which is in it; null stands for a row that
   * holds no entry.
   */
  page(id: FootageId, range: { after: number; upTo?: number }): Promise<(AuditEntry | null)[]>
  /** The links of the whole chain, for those who check it; null stands for a row as above. */
  links(id: FootageId): Promise<(ChainLink | null)[]>
}

/** Sequence numbers count down in row keys, so that the head of a chain is its first row. */
const LAST_SEQUENCE = 9_999_999_999

/** A table whose row keys count down with the sequence of entries. */
export function createChainRows(table: TableClient): ChainRows {
  const rows = documentTable(table, auditEntrySchema)
  // Whoever reads a chain to check it must see what is no entry.
  const asStored = documentTable(table, auditEntrySchema.nullable().catch(null))
  return {
    async head(id) {
      for await (const { value, rowKey } of rows.list(id, {}, 1)) {
        // Where an entry stands is said by its row: what is in it may have been tampered with.
        return { sequence: sequenceIn(rowKey), hash: value.hash }
      }
      return null
    },
    async insert(id, entry) {
      return (await rows.insert(id, rowKeyOf(entry.sequence), entry)) !== null
    },
    async read(id) {
      return (await valuesOf(rows.list(id))).reverse()
    },
    async page(id, { after, upTo = LAST_SEQUENCE }) {
      const range = {
        from: rowKeyOf(upTo),
        // What was put behind the first entry belongs to nothing else.
        ...(after > 0 && { below: rowKeyOf(after) }),
      }
      return (await valuesOf(asStored.list(id, range))).reverse()
    },
    async links(id) {
      // One by one: a link is far smaller than the entry that it is made of.
      const links = await Array.fromAsync(asStored.list(id), ({ value }) => chainLink(id, value))
      return links.reverse()
    },
  }
}

const rowKeyOf = (sequence: number): string =>
  String(LAST_SEQUENCE - sequence).padStart(String(LAST_SEQUENCE).length, '0')

function sequenceIn(rowKey: string): number {
  if (/^\d{10}$/.test(rowKey)) return LAST_SEQUENCE - Number(rowKey)
  throw new BluelampError('damaged-record', `Row ${rowKey} is in no audit trail's order.`)
}
