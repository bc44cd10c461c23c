import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import type { AuditAct, AuditEntry } from '../audit/chain.ts'
import { AUDITED_ACTIONS } from '../audit/chain.ts'
import type { AuditTrail } from '../audit/trail.ts'
import { type Oid, oidSchema } from '../clearance/person.ts'
import { roleSchema } from '../clearance/roles.ts'
import { keyText } from '../footage/index-keys.ts'
import type { Attempts } from '../storage/tables/attempts.ts'
import { documentTable } from '../storage/tables/documents.ts'
import { type Activity, activitySchema, type Finding } from './unusual-access.ts'

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

/** A day is spread over this many partitions, by the last digit of the actor's id. */
const SHARDS = [...'0123456789abcdef']

export function createActivityLog(table: TableClient, now: () => Date): ActivityLog {
  const rows = documentTable(table, activitySchema)
  const told = documentTable(table, toldSchema)
  return {
    async note(activity) {
      const at = now().toISOString()
      const { actor, kind, footageId } = activity
      const row = `${actor}:${kind}:${keyText(footageId)}`
      await rows.insert(partition(at.slice(0, 10), actor), row, {
        schemaVersion: 1,
        at,
        ...activity,
      })
    },
    async of(day) {
      const shards = SHARDS.map((shard) => Array.fromAsync(rows.list(partition(day, shard))))
      return (await Promise.all(shards)).flat().map(({ value }) => value)
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

/** The trail, with what it records also noted by person and day. Nothing is noted but on record. */
export function watchedTrail(trail: AuditTrail, log: ActivityLog): AuditTrail {
  const watched = async (id: AuditEntry['footageId'], { action, actor, basis }: AuditAct) => {
    const kind = AUDITED_ACTIONS[action]
    const person = oidSchema.safeParse(actor)
    if (!person.success || (kind !== 'consultation' && kind !== 'disclosure')) return
    const [role, link = null] = basis?.split('/') ?? []
    // Without a basis it is one of many entries of a viewing that was opened with one.
    if (!role) return
    const parsed = roleSchema.safeParse(role)
    await log.note({
      actor: person.data,
      kind: 'used',
      footageId: id,
      role: parsed.success ? parsed.data : null,
      link,
    })
  }
  return {
    ...trail,
    async append(id, act) {
      const entry = await trail.append(id, act)
      await watched(id, act)
      return entry
    },
  }
}

/** The log of attempts, noted by person and day as well. */
export function watchedAttempts(attempts: Attempts, log: ActivityLog): Attempts {
  return {
    ...attempts,
    async note(attempt) {
      await attempts.note(attempt)
      const person = oidSchema.safeParse(attempt.actor)
      if (!person.success) return
      const { footageId } = attempt
      await log.note({ actor: person.data, kind: 'refused', footageId, role: null, link: null })
    },
  }
}

const partition = (day: string, actor: string): string => `${day}:${actor.slice(-1).toLowerCase()}`
const toldPartition = (day: string): string => `told:${day}`
const toldKey = (actor: Oid, finding: Finding): string => `${actor}:${finding}`
