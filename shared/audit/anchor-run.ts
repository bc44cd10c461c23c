import { BluelampError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { Services } from '../services.ts'
import {
  type Anchor,
  type AnchoredHead,
  type Inclusion,
  inclusionsOf,
  nextAnchor,
} from './anchor.ts'
import { type NoteWithoutEntry, withoutEntry } from './missing-entries.ts'
import { missingAct } from './missing-entry.ts'
import type { PendingChain, PendingHead } from './pending-heads.ts'
import { timestampAnchors } from './timestamp-anchors.ts'

/** Heads under one anchor: its list of them stays at some megabytes, a proof at 14 hashes. */
const HEADS_PER_ANCHOR = 10_000
/** Anchors that one run makes at most. The busiest five minutes of the day need one. */
const ANCHORS_PER_RUN = 10
/** How many rows or blobs are on their way at the same time. */
const AT_ONCE = 32
/** A note whose entry has not come by then never will: no function runs that long (host.json). */
const NOTE_LIFE_MS = 15 * 60_000

/** What anchoring needs. */
export type AnchorServices = Pick<
  Services,
  'audit' | 'pendingHeads' | 'anchors' | 'timestampAuthority' | 'log' | 'now'
>

/** What a run did. */
export type AnchorRun = { anchors: number; heads: number; timestamps: number }

/**
 * Anchors the heads of all chains that have grown since they were anchored last, and timestamps the
 * anchors. Two runs at the same time, and a run after one that died, are harmless: an anchor is
 * taken by its number, a proof and a timestamp are filed once, and a note of what is pending goes
 * only after the proof is filed. An authority that does not answer holds nothing up.
 * @param headsPerAnchor at most so many heads in one anchor
 */
export async function anchorAudit(
  services: AnchorServices,
  headsPerAnchor: number = HEADS_PER_ANCHOR,
): Promise<AnchorRun> {
  const run: AnchorRun = { anchors: 0, heads: 0, timestamps: 0 }
  let batch: PendingChain[] = []
  for await (const chain of services.pendingHeads.chains()) {
    batch.push(chain)
    if (batch.length < headsPerAnchor) continue
    await anchorChains(services, batch, run)
    batch = []
    if (run.anchors >= ANCHORS_PER_RUN) break
  }
  if (batch.length > 0) await anchorChains(services, batch, run)
  run.timestamps = await timestampAnchors(services)
  return run
}

async function anchorChains(
  services: AnchorServices,
  pending: PendingChain[],
  run: AnchorRun,
): Promise<void> {
  const { anchors, now } = services
  for (let open = pending; ; ) {
    const latest = await anchors.latest()
    // No anchor follows one whose proofs are not all filed: a run may have died over it.
    const filed = latest ? await complete(services, latest) : []
    const unsettled = await settle(services, filed, open)
    const read = await inParallel(AT_ONCE, unsettled, (chain) => readChain(services, chain))
    const ready = read.filter((chain) => chain !== null)
    if (ready.length === 0) return
    const heads = ready.map(({ head }) => head).toSorted(byRecording)
    const { anchor, inclusions } = nextAnchor(latest, heads, now())
    // If another run has taken the number, what it anchored is completed here, and the rest next.
    open = ready
    if (!(await anchors.publish(anchor, heads))) continue
    await anchors.file(anchor, inclusions)
    await settle(services, inclusions, ready)
    run.anchors += 1
    run.heads += heads.length
    return
  }
}

/** Files the proofs of an anchor where that was left undone, and gives them. */
async function complete({ anchors, log }: AnchorServices, anchor: Anchor): Promise<Inclusion[]> {
  const inclusions = inclusionsOf(anchor, await anchors.headsOf(anchor))
  if (!inclusions) {
    log.error('an audit anchor is not over the heads that are stored with it', {
      anchor: anchor.number,
    })
    return []
  }
  await anchors.file(anchor, inclusions)
  return inclusions
}

/** A chain with its head, and the notes of which the entries are there. */
type ReadChain = PendingChain & { head: AnchoredHead }

/** Reads a chain of which an entry is noted and there; what was removed is put on record. */
async function readChain(
  services: AnchorServices,
  { footageId, heads }: PendingChain,
): Promise<ReadChain | null> {
  const { audit, log } = services
  try {
    const absent = await withoutEntry(services, footageId, heads)
    for (const note of absent) {
      await (note.written ? recordMissing(services, note) : letGo(services, note))
    }
    const head = await audit.head(footageId)
    const there = heads.filter(
      (note) =>
        note.sequence <= (head?.sequence ?? 0) && !absent.some(({ hash }) => hash === note.hash),
    )
    if (!head || there.length === 0) return null
    const { sequence, hash } = head
    return { footageId, heads: there, head: { footageId, sequence, hash } }
  } catch (error) {
    // One damaged chain must not keep all others from being anchored.
    if (!(error instanceof BluelampError && error.code === 'damaged-record')) throw error
    log.error('the head of an audit trail cannot be read', { footageId })
    return null
  }
}

/** Puts it into the chain itself that an entry was removed: that outlasts the note, and is anchored. */
async function recordMissing(
  { audit, pendingHeads, log }: AnchorServices,
  note: NoteWithoutEntry,
): Promise<void> {
  const { footageId, sequence, hash, at } = note
  await audit.appendOnce(footageId, missingAct(note))
  log.error('an entry of an audit trail was removed', { footageId, sequence, hash, writtenAt: at })
  await pendingHeads.settle(footageId, note)
}

/** Forgets an entry that can no longer be on its way: its writer died, or storage failed. */
async function letGo(
  { pendingHeads, log, now }: AnchorServices,
  note: NoteWithoutEntry,
): Promise<void> {
  const { footageId, sequence, at } = note
  if (now().getTime() - Date.parse(at) <= NOTE_LIFE_MS) return
  const what = { footageId, sequence, begunAt: at }
  log.warn('an entry of an audit trail was begun and never written: nothing was released', what)
  await pendingHeads.settle(footageId, note)
}

/**
 * Removes the notes of all entries that an anchor covers. Its proofs must be filed.
 * @returns the chains with the notes that remain
 */
async function settle(
  { pendingHeads }: AnchorServices,
  inclusions: readonly Inclusion[],
  chains: readonly PendingChain[],
): Promise<PendingChain[]> {
  const reach = new Map(inclusions.map(({ head }) => [head.footageId, head.sequence]))
  const isCovered = (note: PendingHead) => note.sequence <= (reach.get(note.footageId) ?? 0)
  const covered = chains.flatMap(({ heads }) => heads.filter(isCovered))
  await inParallel(AT_ONCE, covered, (note) => pendingHeads.settle(note.footageId, note))
  return chains.flatMap(({ footageId, heads }) => {
    const open = heads.filter((note) => !isCovered(note))
    return open.length === 0 ? [] : [{ footageId, heads: open }]
  })
}

const byRecording = (one: AnchoredHead, other: AnchoredHead): number =>
  one.footageId < other.footageId ? -1 : 1
