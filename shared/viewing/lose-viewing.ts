import type { AuditAct } from '../audit/chain.ts'
import { BluelampError } from '../errors.ts'
import type { Viewing } from '../records/viewing.ts'
import type { Services } from '../services.ts'
import type { ViewingPointer } from '../storage/tables/viewings.ts'

/** Why a viewing cannot be believed: its row was altered past this app, or is gone. */
export type Loss = 'record-altered' | 'record-missing'

/** The viewing that a pointer leads to, or why there is none to be believed. */
export async function findIntact(
  { viewings }: Pick<Services, 'viewings'>,
  { footageId, viewing }: Pick<Viewing, 'footageId' | 'viewing'>,
): Promise<Viewing | Loss> {
  try {
    return (await viewings.find(footageId, viewing)) ?? 'record-missing'
  } catch (error) {
    if (error instanceof BluelampError && error.code === 'damaged-record') return 'record-altered'
    throw error
  }
}

/** Closes a viewing that cannot be believed: the trail says so instead of what it released. */
export async function loseViewing(
  { viewings, audit, log }: Pick<Services, 'viewings' | 'audit' | 'log'>,
  pointer: ViewingPointer,
  because: Loss,
  { actor, reason }: Pick<AuditAct, 'actor' | 'reason'> = { actor: 'service' },
): Promise<void> {
  const { footageId, viewing, oid } = pointer
  log.error('the record of a viewing is lost', { footageId, viewing, because })
  const detail = { viewing, viewer: oid, because }
  await audit.appendOnce(footageId, { action: 'playback-closed', actor, reason, detail })
  await viewings.noteClosed(pointer)
}
