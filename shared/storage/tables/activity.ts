import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import type { Oid } from '../../clearance/person.ts'
import { keyText } from '../../footage/index-keys.ts'
import { type Activity, activitySchema, type Finding } from '../../records/activity.ts'
import { documentTable, valuesOf } from './documents.ts'
import { SHARDS, shardOf } from './shards.ts'

/** Who used or was refused which recordings, day by day: one row each, written again and again. */
export type ActivityLog = {
  note(activity: Omit<Activity, 'schemaVersion' | 'at'>): Promise<void>
  /** All activity of a day (UTC, as 2026-11-23), in no order but that of each person. */
  of(day: string): Promise<Activity[]>
  /** Of which findings of a day other systems were told. */
  toldOf(day: string): Promise<{ has(actor: Oid, finding: Finding): boolean }>
  noteTold(day: string, actor: Oid, finding: Finding): Promise<void>
}

const toldSchema = z.object({ schemaVersion: z.literal(1), at: z.iso.datetime() })

/** Kept in partitions a day and shard, a row for each person, kind of use and recording. */
export function createActivityLog(table: TableClient, now: () => Date): ActivityLog {
  const rows = documentTable(table, activitySchema)
  const told = documentTable(table, toldSchema)
  return {
    async note(activity) {
      const at = now().toISOString()
      const { actor, kind, footageId } = activity
      const row = `${actor}:${kind}:${keyText(footageId)}`
      await rows.insert(partition(at.slice(0, 10), shardOf(actor)), row, {
        schemaVersion: 1,
        at,
        ...activity,
      })
    },
    async of(day) {
      const shards = SHARDS.map((shard) => valuesOf(rows.list(partition(day, shard))))
      return (await Promise.all(shards)).flat()
    },
    async toldOf(day) {
      const noted = await Array.fromAsync(told.list(toldPartition(day)))
      const keys = new Set(noted.map(({ rowKey }) => rowKey))
      return { has: (actor, finding) => keys.has(toldKey(actor, finding)) }
    },
    async noteTold(day, actor, finding) {
      const at = now().toISOString()
      await told.insert(toldPartition(day), toldKey(actor, finding), { schemaVersion: 1, at })
    },
  }
}

const partition = (day: string, shard: string): string => `${day}:${shard}`
const toldPartition = (day: string): string => `told:${day}`
const toldKey = (actor: Oid, finding: Finding): string => `${actor}:${finding}`
