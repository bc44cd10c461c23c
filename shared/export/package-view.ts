import { z } from 'zod'
import { oidSchema } from '../clearance/person.ts'
import { footageIdSchema } from '../footage/ids.ts'
import {
  type EvidencePackage,
  evidencePackageSchema,
  packageStateSchema,
} from '../records/evidence-package.ts'

const { recipients, renditions, trail, reason, made, ended } = evidencePackageSchema.shape

/** A package as it is shown to those who may take the original. */
export const packageViewSchema = z
  .object({
    package: evidencePackageSchema.shape.package,
    footageId: footageIdSchema,
    state: packageStateSchema,
    requestedBy: oidSchema,
    requestedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().describe('until when it can be fetched'),
    reason,
    recipients,
    renditions,
    trail,
    percent: z.int().min(0).max(100).describe('of the footage that is packed'),
    made: made.unwrap().extend({ fileName: z.string() }).optional(),
    ended,
    url: z.string().describe('its status'),
    contentUrl: z.string().describe('answers with a redirect to the package, once it is ready'),
  })
  .meta({ id: 'EvidencePackage' })
export type PackageView = z.infer<typeof packageViewSchema>

/** @param baseUrl where this app is reached */
export function viewOf(row: EvidencePackage, baseUrl: string): PackageView {
  const url = `${baseUrl}/api/footage/${row.footageId}/packages/${row.package}`
  return {
    package: row.package,
    footageId: row.footageId,
    state: row.state,
    requestedBy: row.requester.oid,
    requestedAt: row.requestedAt,
    expiresAt: row.expiresAt,
    reason: row.reason,
    recipients: row.recipients,
    renditions: row.renditions,
    trail: row.trail,
    percent: percentOf(row),
    ...(row.made && { made: { ...row.made, fileName: packageFileName(row) } }),
    ...(row.ended && { ended: row.ended }),
    url,
    contentUrl: `${url}/content`,
  }
}

/** The name under which a package is saved. */
export const packageFileName = ({ footageId, package: key }: EvidencePackage): string =>
  `evidence-${footageId}-${key.slice(-6)}.zip`

/** Packing is all but the last of it: that is done when the package is ready. */
function percentOf({ state, progress, totalBytes }: EvidencePackage): number {
  if (state === 'ready') return 100
  if (!progress || !totalBytes) return 0
  return Math.min(99, Math.floor((100 * progress.offset) / totalBytes))
}
