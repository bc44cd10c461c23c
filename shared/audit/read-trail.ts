import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { FiledHead } from './anchor-store.ts'
import { type ExportedTrail, type TrailVerdict, verifyTrail } from './verify-trail.ts'

/**
 * The audit trail of a recording, first entry first, with all that vouches for it: it can be checked
 * without storage. Reading it is itself recorded, so the last entry is this one.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function readTrail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<ExportedTrail> {
  const { basis } = await admit(services, visitor, 'read-audit', id)
  const { principal, clientAddress } = visitor
  await services.audit.append(id, {
    action: 'audit-read',
    actor: principal.oid,
    basis,
    clientAddress,
  })
  return exportTrail(services, id)
}

/** The audit trail of a recording as it is handed out. Who may have it is decided before. */
export async function exportTrail(
  { audit, anchors: store }: Pick<Services, 'audit' | 'anchors'>,
  id: FootageId,
): Promise<ExportedTrail> {
  // The anchors first: the entries that are read after them hold all that they vouch for.
  const filed = await store.filedFor(id)
  const anchors = await store.evidence(id, filed.toReversed())
  const items = await audit.read(id)
  return { schemaVersion: 1, footageId: id, items, anchors }
}

/**
 * Whether the trail of a recording is whole, and else the first entry that is not.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function checkTrail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<TrailVerdict> {
  await admit(services, visitor, 'verify', id)
  return checkStoredTrail(services, id)
}

/**
 * Checks the trail of a recording as it is stored. Where the chain holds every head that was ever
 * anchored, the last of them vouches for all entries up to it, and its proof alone is read. Else
 * all are, to say where the trail is broken.
 */
export async function checkStoredTrail(
  { audit, anchors, config }: Pick<Services, 'audit' | 'anchors' | 'config'>,
  footageId: FootageId,
): Promise<TrailVerdict> {
  const filed = await anchors.filedFor(footageId)
  const items = await audit.readAsStored(footageId)
  const check = async (heads: FiledHead[]): Promise<TrailVerdict> => {
    const evidence = await anchors.evidence(footageId, heads)
    return verifyTrail({ footageId, items, anchors: evidence }, config.timestamps.trustedPem)
  }
  const agrees = filed.every(({ sequence, hash }) => items[sequence - 1]?.hash === hash)
  const verdict = agrees ? await check(filed.slice(0, 1)) : null
  return verdict?.whole ? verdict : check(filed)
}
