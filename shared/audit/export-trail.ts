import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { AuditEntry } from './chain.ts'
import type { AnchorEvidence } from './exported-trail.ts'
import { missingEntries } from './missing-entries.ts'
import type { MissingEntry } from './missing-entry.ts'

/** A whole trail, and all that vouches for it. */
export type WholeTrail = {
  footageId: FootageId
  items: AuditEntry[]
  anchors: AnchorEvidence[]
  missing: MissingEntry[]
}

/**
 * The whole audit trail of a recording, to go into a package. Who may have it is decided before.
 * @throws BluelampError `damaged-record` if a row of it holds no entry
 */
export async function exportTrail(
  services: Pick<Services, 'audit' | 'pendingHeads' | 'anchors'>,
  footageId: FootageId,
): Promise<WholeTrail> {
  // The anchors first: the entries that are read after them hold all that they vouch for.
  const { audit, anchors: store } = services
  const filed = await store.filedFor(footageId)
  const anchors = await store.evidence(footageId, filed.toReversed())
  const missing = await missingEntries(services, footageId)
  return { footageId, items: await audit.read(footageId), anchors, missing }
}
