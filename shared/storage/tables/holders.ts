import type { TableClient, TransactionAction } from '@azure/data-tables'
import { z } from 'zod'
import { BluelampError } from '../../errors.ts'
import { documentTable, entityOf } from './documents.ts'

/** What one entry of a register alone may hold, such as a warrant number, and which entry that is. */
export type Holders = {
  of(held: string): Promise<string | null>
  /**
   * What gives up what an entry held and takes what it is to hold, for the transaction that writes
   * the entry: of several that take the same at once, one is written.
   * @throws BluelampError `conflict` if another entry holds it
   */
  move(key: string, before: string | null, after: string | null): Promise<TransactionAction[]>
}

const holderSchema = z.object({ schemaVersion: z.literal(1), key: z.string() })
/** Sorts behind every key of an entry. */
const HELD = '~held:'

/** Kept in the partition of the register, behind its entries: one transaction writes both. */
export function createHolders(table: TableClient, partition: string): Holders {
  const rows = documentTable(table, holderSchema)
  const of: Holders['of'] = async (held) =>
    (await rows.get(partition, HELD + held))?.value.key ?? null
  return {
    of,
    async move(key, before, after) {
      const actions: TransactionAction[] = []
      if (before !== null && before !== after && (await of(before)) === key) {
        actions.push(['delete', { partitionKey: partition, rowKey: HELD + before }])
      }
      if (after === null) return actions
      const holder = await of(after)
      if (holder === key) return actions
      if (holder !== null) {
        throw new BluelampError('conflict', `Another entry holds ${after}. Change that one first.`)
      }
      return [...actions, ['create', entityOf(partition, HELD + after, { schemaVersion: 1, key })]]
    },
  }
}
