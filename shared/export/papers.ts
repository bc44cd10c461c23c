import { anchorAudit } from '../audit/anchor-run.ts'
import { exportTrail } from '../audit/export-trail.ts'
import type { Footage } from '../footage/footage.ts'
import type { EvidencePackage } from '../records/evidence-package.ts'
import type { Packed } from '../records/packing-list.ts'
import { type FootageDetail, shownOf } from '../retrieve/footage-detail.ts'
import { type Provenance, recordedProvenance } from '../retrieve/provenance.ts'
import type { Services } from '../services.ts'
import { auditPapers } from './audit-papers.ts'
import { checkText } from './check-text.ts'
import type { Paper } from './pack-papers.ts'
import { readmeText } from './readme-text.ts'
import { MEANING_OF_TIMES } from './times.ts'
import { entriesIn } from './trail-form.ts'

/**
 * Everything in a package that is not footage: what the recording is, what has been done with it and
 * what vouches for that, what the renditions were made of, and how all of this is checked. The
 * trail is anchored first, so that its last entry, which is about this package, is vouched for.
 */
export async function papersOf(
  services: Services,
  row: EvidencePackage,
  footage: Footage,
  packed: readonly Packed[],
): Promise<Paper[]> {
  await anchorAudit(services)
  const { items, ...rest } = await exportTrail(services, footage.id)
  const trail = { ...rest, items: entriesIn(row.trail, items, row.package) }
  const audit = auditPapers(trail, services.config.timestamps.trustedPem)
  const rendered = row.renditions.length > 0
  const provenance = rendered ? await recordedProvenance(services, footage) : null
  const plan = rendered ? await services.renditions.readPlan(footage.id) : null
  const contents = { row, footage, packed, audit, plan }
  return [
    text('README.txt', readmeText(contents)),
    text('CHECK.txt', checkText(contents)),
    json('metadata.json', metadataOf(row, footage)),
    ...(provenance ? [json('provenance.json', chosen(provenance, row))] : []),
    ...audit.papers,
  ]
}

const text = (name: string, content: string): Paper => ({ name, bytes: Buffer.from(content) })
const json = (name: string, value: unknown): Paper =>
  text(name, `${JSON.stringify(value, null, 2)}\n`)

const metadataOf = (row: EvidencePackage, footage: Footage) => ({
  schemaVersion: 1,
  footage: row.trail === 'whole' ? shownOf(footage) : withoutCases(shownOf(footage)),
  package: {
    package: row.package,
    requestedBy: row.requester.oid,
    requestedAt: row.requestedAt,
    reason: row.reason,
    recipients: row.recipients,
    trail: row.trail,
  },
  times: MEANING_OF_TIMES,
})

/** To which other cases it belongs, and as what, is withheld where reasons are. */
const withoutCases = ({ references, cases, restrictions, ...shown }: FootageDetail) => shown

const chosen = (provenance: Provenance, { renditions }: EvidencePackage): Provenance => ({
  ...provenance,
  renditions: provenance.renditions.filter(({ kind }) => renditions.includes(kind)),
})
