import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { samplePeople } from '../sample-people.ts'
import { AUDITOR, CAMDEN_INVESTIGATOR } from './people.ts'
import type { Stage } from './stage.ts'

/** Before the first entry of a chain. */
const GENESIS = '0'.repeat(64)

/** What an entry says of who acted and why. A digest of it stands in for it in the chain. */
type Particulars = {
  actor: string
  basis: string | null
  reason: string | null
  purpose: string | null
  clientAddress: string | null
  detail: Record<string, string | number>
  salt: string
}
type Entry = Particulars & { action: string; previous: string; hash: string }

/** Everything that was released stands in the audit trail, and its chain is whole. */
export async function readTheTrail({ checks, client }: Stage, id: string): Promise<string> {
  const { items } = await client.get<{ items: Entry[] }>(AUDITOR, `/footage/${id}/audit`)
  const investigator = samplePeople.find(({ name }) => name === CAMDEN_INVESTIGATOR)?.oid
  const acts = items.filter(({ actor }) => actor === investigator).map(({ action }) => action)
  const expected = ['playback-opened', 'playback-closed', 'poster-viewed', 'original-taken']
  checks.holds(
    `acts of ${CAMDEN_INVESTIGATOR} on record`,
    expected.every((action) => acts.includes(action)),
    expected.join(', '),
    [...new Set(acts)].join(', '),
  )
  const verdict = await client.get<{ whole: boolean; entries: number; head: string }>(
    AUDITOR,
    `/footage/${id}/audit/verify`,
  )
  const { whole, entries, head } = verdict
  checks.equal(
    'the app says of the chain',
    { whole, entries, head },
    { whole: true, entries: items.length, head: items.at(-1)?.hash },
  )
  checks.equal('entries whose hash was recomputed here', intact(items), items.length)
  const refused = await client.ask(CAMDEN_INVESTIGATOR, `/footage/${id}/audit`)
  checks.equal(`${CAMDEN_INVESTIGATOR} asks for the trail`, refused.status, 404)
  return `${items.length} entries, the chain is ${whole ? 'whole' : 'broken'}`
}

/** How many entries, from the first on, follow each other and have the hash of what they link. */
function intact(entries: Entry[]): number {
  let previous = GENESIS
  for (const [index, entry] of entries.entries()) {
    const { hash, actor, basis, reason, purpose, clientAddress, detail, salt, ...link } = entry
    const particulars = digest({ actor, basis, reason, purpose, clientAddress, detail, salt })
    if (link.previous !== previous || digest({ ...link, particulars }) !== hash) return index
    previous = hash
  }
  return entries.length
}

/** SHA-256 over canonical JSON (RFC 8785), not by the code that the app makes it with. */
const digest = (value: object): string =>
  createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex')
