import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import type { AuditAct } from '../audit/chain.ts'
import { decide } from '../clearance/decide.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { EvidencePackage, PackageId } from '../records/evidence-package.ts'
import type { Services } from '../services.ts'

/** How a package ends before it is forgotten. */
type End = Extract<EvidencePackage['state'], 'cancelled' | 'withdrawn' | 'expired'>

const ENDS: readonly EvidencePackage['state'][] = [
  'cancelled',
  'withdrawn',
  'expired',
] satisfies End[]

/** Whether nothing but the record is left of a package, or soon will be. */
export const isEnded = ({ state }: EvidencePackage): boolean => ENDS.includes(state)

/**
 * Ends a package: recorded, then out of reach, then removed. May be called again at any point: what
 * a worker left that died, or wrote after the end, is removed then.
 */
export async function endPackage(
  { audit, packageRows, packages, now }: Services,
  row: EvidencePackage,
  state: End,
  because: string,
  by: Pick<AuditAct, 'actor' | 'basis' | 'reason' | 'clientAddress'> = { actor: 'service' },
): Promise<void> {
  const { footageId: id, package: key } = row
  if (!isEnded(row)) {
    await audit.appendOnce(id, {
      action: 'package-removed',
      ...by,
      detail: { package: key, because },
    })
    await packageRows.change(id, key, (current) =>
      isEnded(current)
        ? null
        : { state, progress: null, ended: { at: now().toISOString(), because } },
    )
  }
  await packages.remove(id, key)
  await packageRows.settleMaking(key)
}

/**
 * Cancels a package: for who asked for it, and for those who may dispose of the recording.
 * @throws BluelampError `not-found` if refused or missing; `forbidden` to others
 */
export async function cancelPackage(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  key: PackageId,
  reason: string,
): Promise<void> {
  const { footage, basis } = await admit(services, visitor, 'take-original', id)
  const row = await services.packageRows.find(id, key)
  if (!row) throw nothingHere()
  const { principal, clientAddress } = visitor
  const { oid: actor } = principal
  const isTheirs = row.requester.oid === actor
  if (!isTheirs && !decide(principal, 'dispose', footage, services.now()).allowed) {
    throw new BluelampError(
      'forbidden',
      'Only who asked for a package, or may dispose of the recording, can cancel it.',
    )
  }
  const by = { actor, basis, reason, clientAddress }
  await endPackage(services, row, 'cancelled', 'cancelled', by)
}

/** Withdraws all packages of a recording that may not leave here any more. */
export async function withdrawPackages(
  services: Services,
  id: FootageId,
  because: string,
): Promise<void> {
  for (const row of await services.packageRows.list(id)) {
    if (row.state !== 'expired') await endPackage(services, row, 'withdrawn', because)
  }
}
