import { BluelampError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { Services } from '../services.ts'
import {
  type Anchor,
  type AnchoredHead,
  anchorBytes,
  type Inclusion,
  inclusionsOf,
  nextAnchor,
} from './anchor.ts'
import type { PendingChain, PendingHead } from './pending-heads.ts'

/** Heads under one anchor: its list of them stays at some megabytes, a proof at 14 hashes. */
const HEADS_PER_ANCHOR = 10_000
/** Anchors that one run makes at most. The busiest five minutes of the day need one. */
const ANCHORS_PER_RUN = 10
/** Anchors that one run timestamps at most, where the authority did not answer for a while. */
const TOKENS_PER_RUN = 24
/** How many rows or blobs are on their way at the same time. */
const AT_ONCE = 32
/** A note whose entry has not come by then never will: no request lives that long. */
const NOTE_LIFE_MS = 24 * 60 * 60_000

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
    if (latest) open = await settle(services, await complete(services, latest), open)
    const ready = (await inParallel(AT_ONCE, open, (chain) => readHead(services, chain))).filter(
      (chain) => chain !== null,
    )
    if (ready.length === 0) return
    const heads = ready.map(({ head }) => head).toSorted(byRecording)
    const { anchor, inclusions } = nextAnchor(latest, heads, now())
    // If another run has taken the number, what it anchored is completed here, and the rest next.
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

/** The head of a chain if an entry has come of what was noted. */
async function readHead(
  { audit, pendingHeads, log, now }: AnchorServices,
  { footageId, heads }: PendingChain,
): Promise<(PendingChain & { head: AnchoredHead }) | null> {
  try {
    const head = await audit.head(footageId)
    const sequence = head?.sequence ?? 0
    const isStale = (note: PendingHead) => now().getTime() - Date.parse(note.at) > NOTE_LIFE_MS
    const stale = heads.filter((note) => note.sequence > sequence && isStale(note))
    for (const note of stale) await pendingHeads.settle(note)
    if (!head || !heads.some((note) => note.sequence <= sequence)) return null
    return { footageId, heads, head: { footageId, sequence, hash: head.hash } }
  } catch (error) {
    // One damaged chain must not keep all others from being anchored.
    if (!(error instanceof BluelampError && error.code === 'damaged-record')) throw error
    log.error('the head of an audit trail cannot be read', { footageId })
    return null
  }
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
  await inParallel(AT_ONCE, covered, (note) => pendingHeads.settle(note))
  return chains.flatMap(({ footageId, heads }) => {
    const open = heads.filter((note) => !isCovered(note))
    return open.length === 0 ? [] : [{ footageId, heads: open }]
  })
}

/** Timestamps the anchors that have no token yet, in their order, until the authority fails. */
async function timestampAnchors(services: AnchorServices): Promise<number> {
  const { anchors, timestampAuthority, log } = services
  if (!timestampAuthority) return 0
  let timestamps = 0
  for (const anchor of await anchors.withoutToken(TOKENS_PER_RUN)) {
    const token = await timestampAuthority.stamp(anchorBytes(anchor)).catch((error: unknown) => {
      log.warn('an audit anchor is not timestamped yet; the next run asks again', {
        anchor: anchor.number,
        because: error instanceof Error ? error.message : String(error),
      })
      return null
    })
    if (!token) break
    await anchors.putToken(anchor, token)
    timestamps += 1
  }
  return timestamps
}

const byRecording = (one: AnchoredHead, other: AnchoredHead): number =>
  one.footageId < other.footageId ? -1 : 1
