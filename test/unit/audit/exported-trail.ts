import {
  startTimestampAuthority,
  type TimestampAuthority,
} from '../../../infra/local/timestamp-authority/timestamp-authority.ts'
import { type Anchor, anchorBytes, nextAnchor } from '../../../shared/audit/anchor.ts'
import { type AuditEntry, nextEntry } from '../../../shared/audit/chain.ts'
import type { AnchorEvidence, ExportedTrail } from '../../../shared/audit/exported-trail.ts'
import { createTimestampAuthority } from '../../../shared/audit/timestamp-authority.ts'
import { newFootageId } from '../../../shared/footage/ids.ts'

/** A trail as it is handed out, anchored together with others, and who timestamped it. */
export type SampleTrail = AsyncDisposable & { trail: ExportedTrail; authority: TimestampAuthority }

/** Five entries; the first three anchors are over 2, 4 and 4 of them. */
export async function sampleTrail(): Promise<SampleTrail> {
  const authority = await startTimestampAuthority()
  const { stamp } = createTimestampAuthority(authority.url)
  const footageId = newFootageId()
  const items: AuditEntry[] = []
  for (let chunk = 0; chunk < 5; chunk += 1) {
    const act = { action: 'playback-released', actor: 'service', detail: { chunk } } as const
    items.push(nextEntry(footageId, items.at(-1) ?? null, act, new Date()))
  }
  const others = Array.from({ length: 6 }, () =>
    nextEntry(newFootageId(), null, { action: 'audit-read', actor: 'service' }, new Date()),
  )
  const anchors: AnchorEvidence[] = []
  let previous: Anchor | null = null
  for (const upTo of [2, 4, 4]) {
    const heads = [...others, ...items.slice(upTo - 1, upTo)].map((entry) => {
      const { sequence, hash } = entry
      return { footageId: entry.footageId, sequence, hash }
    })
    const { anchor, inclusions } = nextAnchor(previous, heads, new Date())
    const token = (await stamp(anchorBytes(anchor))).toString('base64')
    const inclusion = inclusions.at(-1) ?? null
    anchors.push({ number: anchor.number, anchor, inclusion, token })
    previous = anchor
  }
  return {
    trail: { schemaVersion: 2, footageId, items, anchors, missing: [], next: null },
    authority,
    [Symbol.asyncDispose]: () => authority.dispose(),
  }
}
