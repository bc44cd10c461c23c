import { randomBytes } from 'node:crypto'
import { decide } from '../clearance/decide.ts'
import { BluelampError, mayHelpToRetry, messageOf } from '../errors.ts'
import type { Work } from '../events/messages.ts'
import type { Footage } from '../footage/footage.ts'
import { isDisposed } from '../footage/state.ts'
import { type EvidencePackage, isInHand } from '../records/evidence-package.ts'
import type { PackingList } from '../records/packing-list.ts'
import type { Services } from '../services.ts'
import { ANYONE, type FoundPackage, type Stretch } from '../storage/blobs/packages.ts'
import { endPackage } from './end-package.ts'
import { failPackage } from './fail-package.ts'
import {
  footageBytes,
  PACKING_PART_BYTES,
  type PackedFootage,
  packFootage,
} from './pack-footage.ts'
import { packPapers } from './pack-papers.ts'
import { papersOf } from './papers.ts'
import { readPacked } from './read-packed.ts'
import { settleContents } from './settle-contents.ts'
import { actionsFor } from './trail-form.ts'

/**
 * Makes an evidence package, or as much of it as one worker may; the rest is for the next message.
 * May be called again at any point, by several workers at once: the footage falls on the same
 * blocks whoever writes it, the papers are those of one attempt, and the first who commits has made
 * it. It is decided anew, on the register of this moment, before each part and before the end.
 * @param partBytes how much one worker writes at most
 */
export async function makePackage(
  services: Services,
  { footageId: id, package: key }: Work<'make-package'>,
  signal: AbortSignal,
  partBytes: number = PACKING_PART_BYTES,
): Promise<void> {
  const { packageRows, packages, log } = services
  const row = await packageRows.find(id, key)
  if (!row) return log.warn('a package that nobody asked for was to be made', { footageId: id })
  if (!isInHand(row.state)) return packageRows.settleMaking(key)
  try {
    const footage = await stillAllowed(services, row)
    if (!footage) return
    const found = await packages.find(id, key)
    if (found) return await publish(services, row, found)
    await makePart(services, row, footage, signal, partBytes)
  } catch (error) {
    if (mayHelpToRetry(error)) throw error
    await failPackage(services, id, key, messageOf(error))
  }
}

/** The recording, if who asked for the package may still take it; else the package is withdrawn. */
async function stillAllowed(services: Services, row: EvidencePackage): Promise<Footage | null> {
  const { catalogue, people, now } = services
  const { oid, roles } = row.requester
  const [footage, registered] = await Promise.all([catalogue.find(row.footageId), people.find(oid)])
  const principal = { oid, roles, register: registered?.entry ?? null }
  const disposed = footage !== null && isDisposed(footage.state)
  const refused = actionsFor(row.trail)
    .map((action) => footage && decide(principal, action, footage, now()))
    .find((decision) => !decision?.allowed)
  if (footage && !refused && !disposed) return footage
  const because = disposed ? 'disposed' : refused?.allowed === false ? refused.reason : 'missing'
  await endPackage(services, row, 'withdrawn', `its requester may not have it: ${because}`)
  return null
}

async function makePart(
  services: Services,
  row: EvidencePackage,
  footage: Footage,
  signal: AbortSignal,
  partBytes: number,
): Promise<void> {
  const { packageRows, packages, queues } = services
  const { footageId: id, package: key } = row
  const list = await settledList(services, row, footage, signal)
  const desk = {
    read: readPacked(services, signal),
    stage: async (offset: number, bytes: AsyncIterable<Uint8Array>) => {
      await packages.stage(id, key, { offset, attempt: ANYONE }, bytes, signal)
    },
  }
  const part = await packFootage(list, row.progress, desk, partBytes)
  if ('packed' in part) {
    await using _digest = part.packed.digest
    return await finish(services, row, list, part.packed, signal)
  }
  const { progress } = part
  const saved = await packageRows.change(id, key, (current) =>
    isInHand(current.state) && (current.progress?.offset ?? 0) < progress.offset
      ? { state: 'making', progress, totalBytes: footageBytes(list) }
      : null,
  )
  // Else another worker is as far or further, or nobody wants it any more.
  if (saved) await queues.send('make-package', { footageId: id, package: key }, 'ordinary')
}

async function settledList(
  services: Services,
  row: EvidencePackage,
  footage: Footage,
  signal: AbortSignal,
): Promise<PackingList> {
  const { packages } = services
  const { footageId: id, package: key } = row
  const settled = await packages.findPackingList(id, key)
  if (settled) return settled
  return packages.settle(id, key, await settleContents(services, footage, row, signal))
}

/** Adds the papers, which vouch for the footage, and makes the package visible. */
async function finish(
  services: Services,
  row: EvidencePackage,
  list: PackingList,
  footage: PackedFootage,
  signal: AbortSignal,
): Promise<void> {
  const { packages } = services
  const { footageId: id, package: key } = row
  const truth = await stillAllowed(services, row)
  if (!truth) return
  const papers = await papersOf(services, row, truth, footage.packed)
  const attempt = randomBytes(4).toString('hex')
  const { bytes, sha256 } = packPapers(list, footage, papers)
  const start = footage.offset
  const end = await packages.stage(id, key, { offset: start, attempt }, bytes, signal)
  const stretches: Stretch[] = [
    ...footage.ends.map((to, part) => ({
      start: footage.ends[part - 1] ?? 0,
      end: to,
      attempt: ANYONE,
    })),
    { start, end, attempt },
  ]
  await publish(services, row, await packages.commit(id, key, stretches, await sha256()))
}

/** Puts a finished package on record. If it was ended meanwhile, what was made of it goes. */
async function publish(
  { audit, packageRows, packages, now }: Services,
  { footageId: id, package: key }: EvidencePackage,
  { etag, size, sha256 }: FoundPackage,
): Promise<void> {
  const current = await packageRows.find(id, key)
  if (!current) throw new BluelampError('damaged-record', `The record of package ${key} is gone.`)
  if (isInHand(current.state)) {
    await audit.appendOnce(id, {
      action: 'package-made',
      actor: 'service',
      detail: { package: key, sha256, size },
    })
  }
  const made = { size, sha256, etag, at: now().toISOString() }
  const published = await packageRows.change(id, key, ({ state }) =>
    isInHand(state) ? { state: 'ready', progress: null, made } : null,
  )
  const settled = published ?? (await packageRows.find(id, key))
  if (settled?.state !== 'ready') await packages.remove(id, key)
  await packageRows.settleMaking(key)
}
