import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import type { FootageId } from '../footage/ids.ts'
import { digestOf } from '../records/canonical.ts'
import { documentTable } from '../storage/tables/documents.ts'
import type { AuditAct } from './chain.ts'

const attemptSchema = z.object({ schemaVersion: z.literal(1), from: z.int().positive() })

/**
 * From which entry of a chain on an act that is to stand there once can stand: it was noted there
 * before anybody tried. So nobody who tries again reads more of a chain than has grown since.
 */
export type FirstAttempts = {
  /**
   * Notes an attempt, unless there was one before.
   * @param from the next sequence of the chain
   * @returns where the first one was, and whether it is this one
   */
  note(id: FootageId, act: AuditAct, from: number): Promise<{ from: number; isFirst: boolean }>
}

/** Kept in the table of the trails, in partitions that no recording has. */
export function createFirstAttempts(table: TableClient): FirstAttempts {
  // A note that was tampered with says nothing: the whole chain is looked through then.
  const rows = documentTable(table, attemptSchema.catch({ schemaVersion: 1, from: 1 }))
  return {
    async note(id, { action, detail = {} }, from) {
      const [partition, row] = [`once:${id}`, digestOf({ action, detail })]
      if (await rows.insert(partition, row, { schemaVersion: 1, from })) {
        return { from, isFirst: true }
      }
      const first = await rows.get(partition, row)
      return { from: first?.value.from ?? 1, isFirst: false }
    },
  }
}
