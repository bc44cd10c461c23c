import { anchorBytes } from '../audit/anchor.ts'
import { type AuditEntry, linkOf, particularsOf, type WithheldEntry } from '../audit/chain.ts'
import type { WholeTrail } from '../audit/export-trail.ts'
import type { AnchorEvidence, ExportedTrail } from '../audit/exported-trail.ts'
import { stepsOf } from '../audit/merkle.ts'
import { readToken } from '../audit/timestamp-token.ts'
import { canonicalBytes } from '../records/canonical.ts'
import type { Paper } from './pack-papers.ts'

/** What vouches for the trail from outside: an anchor over its head, and how it is timestamped. */
export type AuditSeal = {
  anchor: number
  at: string
  /** Up to which entry of the trail it vouches. */
  sequence: number
  /** How many hashes stand beside the way from the head of the trail up to the root. */
  steps: number
  /** When the authority saw it; null: it has not answered yet. */
  timestampedAt: Date | null
  /** Whether the certificates of the authority are in the package. */
  certificates: boolean
}

/** The audit trail of a package: its files, and what the instructions need to know of them. */
export type AuditPapers = {
  papers: Paper[]
  head: string
  entries: number
  /** How many entries are there without their particulars. */
  withheld: number
  seal: AuditSeal | null
}

/** A trail of which the particulars of some entries may be withheld. */
type DisclosedTrail = Omit<WholeTrail, 'items'> & { items: (AuditEntry | WithheldEntry)[] }

/**
 * The audit trail as it is exported, and once more in files that need no program of ours: each
 * entry on a line of its own with exactly the bytes that are hashed, the bytes of its particulars on
 * the same line of another file, and the newest anchor with its proof and timestamp in the forms that
 * `openssl` reads.
 */
export function auditPapers(trail: DisclosedTrail, trustedPem: string | null): AuditPapers {
  const { items, anchors } = trail
  const sealed = newestSeal(anchors)
  const exported: ExportedTrail = { schemaVersion: 2, ...trail, next: null }
  const papers: Paper[] = [
    { name: 'audit/trail.json', bytes: Buffer.from(`${JSON.stringify(exported, null, 2)}\n`) },
    {
      name: 'audit/entries.jsonl',
      bytes: linesOf(items, (entry) => canonicalBytes(linkOf(entry))),
    },
    { name: 'audit/particulars.jsonl', bytes: linesOf(items, particularsBytes) },
  ]
  const told = {
    head: items.at(-1)?.hash ?? '',
    entries: items.length,
    withheld: items.filter((entry) => 'particulars' in entry).length,
  }
  if (!sealed) return { papers, ...told, seal: null }
  const { anchor, inclusion, steps, token } = sealed
  papers.push(
    { name: 'audit/anchor.json', bytes: anchorBytes(anchor) },
    { name: 'audit/anchored-head.json', bytes: canonicalBytes(inclusion.head) },
    ...steps.map(({ side, hash }, index) => ({
      name: `audit/proof/${String(index + 1).padStart(2, '0')}-${side}.bin`,
      bytes: Buffer.from(hash, 'hex'),
    })),
  )
  if (token) papers.push({ name: 'audit/anchor.tst', bytes: Buffer.from(token, 'base64') })
  const certificates = token !== null && trustedPem !== null
  if (certificates) {
    papers.push({ name: 'audit/timestamp-authority.pem', bytes: Buffer.from(trustedPem) })
  }
  const seal: AuditSeal = {
    anchor: anchor.number,
    at: anchor.at,
    sequence: inclusion.head.sequence,
    steps: steps.length,
    timestampedAt: token === null ? null : readToken(Buffer.from(token, 'base64')).info.genTime,
    certificates,
  }
  return { papers, ...told, seal }
}

/** The newest anchor that is whole, one with a timestamp if there is any. */
function newestSeal(evidence: readonly AnchorEvidence[]) {
  const seals = evidence
    .toSorted((one, other) => other.number - one.number)
    .flatMap(({ anchor, inclusion, token }) => {
      const steps =
        anchor && inclusion && stepsOf({ ...inclusion, size: anchor.size, path: inclusion.path })
      return anchor && inclusion && steps ? [{ anchor, inclusion, steps, token }] : []
    })
  return seals.find(({ token }) => token !== null) ?? seals[0] ?? null
}

/** The particulars of an entry as they are hashed (RFC 8785); nothing where they are withheld. */
const particularsBytes = (entry: AuditEntry | WithheldEntry): Buffer =>
  'particulars' in entry ? Buffer.alloc(0) : canonicalBytes(particularsOf(entry))

/** A line for each entry. Canonical JSON holds no line break. */
const linesOf = <T>(items: readonly T[], bytesOf: (item: T) => Buffer): Buffer =>
  Buffer.concat(items.flatMap((item) => [bytesOf(item), Buffer.from('\n')]))
