import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import type { Footage } from '../../footage/footage.ts'
import type { FootageId } from '../../footage/ids.ts'
import { summarise, summarySchema } from '../../footage/summary.ts'
import { documentTable, type Stored, under } from './documents.ts'

/** No footage has this id. Such changes are made by people: one partition is enough for them. */
const PARTITION = 'guard-changes'

/** A change of how a recording is guarded or found that may have reached the index only in part. */
const guardChangeSchema = z.object({
  at: z.iso.datetime(),
  before: summarySchema,
  after: summarySchema,
})
export type GuardChange = { key: string; change: z.infer<typeof guardChangeSchema> }

/**
 * What is written down before truth and index are touched, and struck out when both agree again.
 * What has stood here for long was left by a writer that died: it says which rows it may have left.
 */
export type GuardChanges = {
  note(before: Footage, after: Footage): Promise<GuardChange>
  strike(change: GuardChange): Promise<void>
  of(id: FootageId): Promise<GuardChange[]>
  /** Of all recordings. */
  all(): AsyncIterable<GuardChange>
}

/** The notes kept beside the truth. */
export function createGuardChanges(table: TableClient, now: () => Date): GuardChanges {
  const rows = documentTable(table, guardChangeSchema)
  const noted = ({ rowKey, value }: Stored<GuardChange['change']>): GuardChange => ({
    key: rowKey,
    change: value,
  })
  return {
    async note(before, after) {
      const [key, at] = [`${before.id}:${crypto.randomUUID()}`, now().toISOString()]
      const change = { at, before: summarise(before), after: summarise(after) }
      await rows.put(PARTITION, key, change)
      return { key, change }
    },
    async strike({ key }) {
      await rows.remove(PARTITION, key, '*')
    },
    of: (id) => Array.fromAsync(rows.list(PARTITION, under(id)), noted),
    async *all() {
      for await (const row of rows.list(PARTITION)) yield noted(row)
    },
  }
}
