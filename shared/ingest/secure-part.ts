import { announce } from '../events/announce.ts'
import { laneOf } from '../events/lane.ts'
import type { Work } from '../events/messages.ts'
import type { Footage } from '../footage/footage.ts'
import { type FootageId, type PartName, quarantineBlobName } from '../footage/ids.ts'
import {
  findPart,
  type Mismatch,
  type OriginalPart,
  type Part,
  withPart,
} from '../footage/parts.ts'
import { advance, canBecome, isDisposed } from '../footage/state.ts'
import type { Services } from '../services.ts'
import type { BlobVersion, StagedCopy } from '../storage/blobs/hashing-copy.ts'
import { sameEtag } from '../storage/etag.ts'
import type { FootageChange } from '../storage/tables/catalogue.ts'
import { noteUpload } from './note-keyframes.ts'
import { mismatchOf } from './verify-part.ts'

/**
 * Verifies one landed part and brings it to rest: among the originals if its bytes are what the
 * dock declared, else in quarantine. May be called again at any point, by several workers at once:
 * each step is done once or found done.
 */
export async function securePart(
  services: Services,
  { footageId: id, part: name, etag }: Work<'secure-footage'>,
  signal: AbortSignal,
): Promise<void> {
  const { catalogue, landing, originals, queues, securingProgress, log } = services
  const footage = await recordSecured(services, id, name)
  const part = findPart(footage, name)
  if (!part) return log.warn('a blob landed that nobody declared', { footageId: id, part: name })
  const landed = await landing.find(id, name)
  // Gone: secured already. Another ETag: sent again since, and the event of that one will follow.
  if (!landed || !sameEtag(landed.etag, etag)) return
  // Sent once more after its time was over: it must not come back.
  if (isDisposed(footage.state)) return landing.remove(id, name, landed.etag)

  if (part.state === 'secured') {
    await keepStranger(services, id, part, landed)
  } else if (!isQuarantined(part, quarantineBlobName(id, name, landed.etag))) {
    await catalogue.change(id, (current) => markLanded(current, name))
    const begun = await securingProgress.find(id, name, landed.etag)
    const noting = await noteUpload(services, { id, part: name, etag: landed.etag }, begun)
    const copy = await originals.stage(id, name, landed, {
      progress: begun,
      signal,
      watch: noting.read,
    })
    if ('progress' in copy) {
      await noting.handOver(copy.progress)
      await securingProgress.save(id, name, landed.etag, copy.progress)
      return queues.send('secure-footage', { footageId: id, part: name, etag }, laneOf(footage))
    }
    const reason = mismatchOf(part, copy.staged)
    if (reason) {
      await noting.discard()
      await quarantinePart(services, id, part, { reason, landed, staged: copy.staged })
    } else {
      await noting.keep(copy.staged)
      await originals.commit(id, name, part.declared, landed, copy.staged)
      await recordSecured(services, id, name)
    }
  }
  await landing.remove(id, name, landed.etag)
}

/**
 * Writes into the truth that an original is at rest. The worker that secured it may die before it
 * can, so whoever is fired by the original itself calls this too.
 */
export async function recordSecured(
  services: Services,
  id: FootageId,
  name: PartName,
): Promise<Footage> {
  const { catalogue, originals, audit, now } = services
  const original = await originals.find(id, name)
  if (!original) return catalogue.get(id)
  await audit.appendOnce(id, {
    action: 'footage-secured',
    actor: 'service',
    detail: { part: name, sha256: original.sha256, size: original.size },
  })
  const footage = await catalogue.change(id, (current) => {
    const part = findPart(current, name)
    if (!part || part.state === 'secured') return null
    const at: OriginalPart = {
      ...original,
      sha256Declared: part.declared.sha256 !== null,
      securedAt: now().toISOString(),
    }
    const parts = withPart(current, { ...part, state: 'secured', original: at })
    return name === 'recording' ? { parts, state: advance(current.state, 'secured') } : { parts }
  })
  await originals.putMetadata(id, footage)
  await announce(services, footage)
  return footage
}

/**
 * Something lies in landing although the part is secured: the upload that became the original, if
 * a worker died before it could remove it, or another that nobody asked for. That one is kept.
 */
async function keepStranger(
  { quarantine, audit }: Services,
  id: FootageId,
  part: Part,
  landed: BlobVersion,
): Promise<void> {
  if (part.original?.landedEtag === landed.etag) return
  const quarantineBlob = await quarantine.keep(id, part.part, landed)
  await audit.appendOnce(id, {
    action: 'footage-sent-again',
    actor: 'service',
    detail: { part: part.part, size: landed.size, quarantineBlob },
  })
}

/** That bytes landed which are not as declared, and in what. */
type Found = { reason: Mismatch['reason']; landed: BlobVersion; staged: StagedCopy }

async function quarantinePart(
  services: Services,
  id: FootageId,
  part: Part,
  { reason, landed, staged }: Found,
): Promise<void> {
  const { size, sha256 } = staged
  const { quarantine, catalogue, audit, now } = services
  const quarantineBlob = await quarantine.keep(id, part.part, landed)
  const mismatch: Mismatch = {
    reason,
    declared: { size: part.declared.size, sha256: part.declared.sha256 },
    measured: { size, sha256 },
    quarantineBlob,
    at: now().toISOString(),
  }
  await audit.appendOnce(id, {
    action: 'footage-mismatched',
    actor: 'service',
    detail: { part: part.part, reason, size, sha256, quarantineBlob },
  })
  const footage = await catalogue.change(id, (current) => {
    const latest = findPart(current, part.part)
    if (!latest || latest.state === 'secured') return null
    if (isQuarantined(latest, quarantineBlob)) return null
    const mismatched: Part = {
      ...latest,
      state: 'mismatched',
      mismatches: [...latest.mismatches, mismatch],
    }
    const parts = withPart(current, mismatched)
    if (part.part !== 'recording') return { parts }
    return { parts, state: advance(current.state, 'mismatched') }
  })
  await announce(services, footage)
}

/** Whether that upload is on record already: a worker died before it could empty landing. */
const isQuarantined = ({ mismatches }: Part, blob: string): boolean =>
  mismatches.some(({ quarantineBlob }) => quarantineBlob === blob)

function markLanded(footage: Footage, name: PartName): FootageChange | null {
  const part = findPart(footage, name)
  if (!part || part.state === 'secured' || part.state === 'landed') return null
  const parts = withPart(footage, { ...part, state: 'landed' })
  if (name !== 'recording' || !canBecome(footage.state, 'landed')) return { parts }
  return { parts, state: 'landed' }
}
