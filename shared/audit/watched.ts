import { oidSchema } from '../clearance/person.ts'
import { roleSchema } from '../clearance/roles.ts'
import type { ActivityLog } from '../storage/tables/activity.ts'
import type { Attempts } from '../storage/tables/attempts.ts'
import { AUDITED_ACTIONS, type AuditAct, type AuditEntry } from './chain.ts'
import type { AuditTrail } from './trail.ts'

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
