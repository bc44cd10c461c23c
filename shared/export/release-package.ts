import { admit } from '../access/admit.ts'
import type { Visitor } from '../access/visitor.ts'
import { BluelampError, nothingHere } from '../errors.ts'
import type { FootageId } from '../footage/ids.ts'
import type { EvidencePackage, PackageId } from '../records/evidence-package.ts'
import type { Services } from '../services.ts'
import type { SignedUrl } from '../storage/sas.ts'
import { isEnded } from './end-package.ts'
import { packageFileName } from './package-view.ts'
import { recipientsText } from './request-package.ts'
import { refuseWholeTrail } from './trail-form.ts'

/** The URL must live until a download has begun or is taken up again, not until its end. */
const PACKAGE_SAS_LIFE_MS = 2 * 60_000
/** Packages that a list shows. */
const LIST_LIMIT = 100

/**
 * A package as it stands. Asked again and again by waiting people, so it is not recorded.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function findPackage(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  key: PackageId,
): Promise<EvidencePackage> {
  await admit(services, visitor, 'take-original', id)
  const row = await services.packageRows.find(id, key)
  if (row) return row
  throw nothingHere()
}

/**
 * The newest packages of a recording, newest first: with whom it was shared.
 * @throws BluelampError `not-found` if refused or missing
 */
export async function listPackages(
  services: Services,
  visitor: Visitor,
  id: FootageId,
): Promise<EvidencePackage[]> {
  await admit(services, visitor, 'take-original', id)
  return (await services.packageRows.list(id)).slice(-LIST_LIMIT).reverse()
}

/**
 * Hands out a package: decided anew and recorded with its recipients, each time. The URL lives two
 * minutes and serves byte ranges: a download that is cut off asks again and goes on where it was.
 * @throws BluelampError `not-found` if refused or missing; `forbidden` if its trail is not for them;
 *   `conflict` while it is not ready; `gone` when it was removed
 */
export async function releasePackage(
  services: Services,
  visitor: Visitor,
  id: FootageId,
  key: PackageId,
): Promise<SignedUrl> {
  const { audit, packageRows, packages, now } = services
  const { footage, basis } = await admit(services, visitor, 'take-original', id)
  const row = await packageRows.find(id, key)
  if (!row) throw nothingHere()
  await refuseWholeTrail(services, visitor, footage, row.trail)
  if (isEnded(row) || now().getTime() >= Date.parse(row.expiresAt)) throw gone(row)
  if (row.state !== 'ready' || !row.made) {
    throw new BluelampError(
      'conflict',
      row.state === 'failed'
        ? `It could not be made: ${row.ended?.because ?? 'the log has the cause'}. Ask for another.`
        : `It is not ready yet: ${row.state}. Try again shortly.`,
    )
  }
  await audit.append(id, {
    action: 'package-released',
    actor: visitor.principal.oid,
    basis,
    reason: row.reason ?? undefined,
    clientAddress: visitor.clientAddress,
    detail: { package: key, sha256: row.made.sha256, recipients: recipientsText(row.recipients) },
  })
  return packages.signRead(id, key, PACKAGE_SAS_LIFE_MS, packageFileName(row))
}

const gone = ({ state, expiresAt, ended }: EvidencePackage): BluelampError =>
  new BluelampError(
    'gone',
    state === 'cancelled' || state === 'withdrawn'
      ? `The package was ${state} at ${ended?.at}. Ask for another if it is needed.`
      : `The time of the package was over at ${expiresAt}. Ask for another if it is needed.`,
  )
