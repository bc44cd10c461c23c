import type { FootageId } from '../footage/ids.ts'
import { admit, type Visitor } from '../retrieve/admit.ts'
import type { Services } from '../services.ts'
import { type AuditEntry, type ChainVerdict, verifyChain } from './chain.ts'

/**
 * The audit trail of a recording, first entry first. Reading it is itself recorded, so the last
 * entry is this one.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function readTrail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<AuditEntry[]> {
  const { basis } = await admit(services, visitor, 'read-audit', id)
  const { principal, clientAddress } = visitor
  await services.audit.append(id, {
    action: 'audit-read',
    actor: principal.oid,
    basis,
    clientAddress,
  })
  return services.audit.read(id)
}

/**
 * Whether the trail of a recording is whole, and else the first entry that is not.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function verifyTrail(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<ChainVerdict> {
  await admit(services, visitor, 'verify', id)
  return verifyChain(id, await services.audit.read(id))
}
