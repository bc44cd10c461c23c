import type { TableClient } from '@azure/data-tables'
import type { FootageId } from '../footage/ids.ts'
import { createTurns } from '../in-turn.ts'
import { canonicalBytes, digestOf } from '../records/canonical.ts'
import { afterConflict } from '../storage/contention.ts'
import { type AuditAct, type AuditEntry, type ChainHead, nextEntry } from './chain.ts'
import { type ChainRows, createChainRows } from './chain-rows.ts'
import { createFirstAttempts } from './first-attempts.ts'
import { createPendingHeads } from './pending-heads.ts'

/** The audit trail of every recording: an append-only hash chain each. */
export type AuditTrail = Pick<ChainRows, 'head' | 'read' | 'page' | 'links'> & {
  /**
   * Appends an entry, after whatever others append at the same time. Resolves when it is stored, and
   * noted so: release nothing before that, and nothing if it throws.
   */
  append(id: FootageId, act: AuditAct): Promise<AuditEntry>
  /** As append, but only if there is no entry of that action with the same detail yet. */
  appendOnce(id: FootageId, act: AuditAct): Promise<void>
}

/** How many entries are written behind one look at the head. */
const RUN_LENGTH = 50

/** An act that waits for its turn, and who waits for it. */
type Waiting = { act: AuditAct } & ReturnType<typeof Promise.withResolvers<AuditEntry>>

/** Kept in a table: a partition a recording, and notes of what is about to be written. */
export function createAuditTrail(table: TableClient, now: () => Date): AuditTrail {
  const rows = createChainRows(table)
  const firstAttempts = createFirstAttempts(table)
  const pending = createPendingHeads(table, now)
  // Within this process nobody collides: acts on one chain wait for each other. Against other
  // processes the insert of the next sequence is the claim, and nothing that is remembered counts.
  const inTurn = createTurns<FootageId>()
  const waiting = new Map<FootageId, Waiting[]>()

  /** A note that cannot be taken back goes with time. */
  const takeBack = (id: FootageId, unwritten: readonly ChainHead[]) =>
    Promise.allSettled(unwritten.map((entry) => pending.settle(id, entry)))

  /** Noted before it is written: an entry that the anchors do not know of must not exist. */
  const note = async (id: FootageId, entries: readonly ChainHead[]): Promise<void> => {
    const noted = await Promise.allSettled(entries.map((entry) => pending.note(id, entry)))
    const failed = noted.find((one) => one.status === 'rejected')
    if (!failed) return
    await takeBack(id, entries)
    throw failed.reason
  }

  /**
   * Appends these acts behind `head` in their order, until another process takes a sequence.
   * @param stored called of each entry as it is stored, with what to wait for before it counts
   */
  const tryAppend = async (
    id: FootageId,
    head: ChainHead | null,
    acts: readonly AuditAct[],
    stored: (entry: AuditEntry, confirmed: Promise<void>) => void = () => {},
  ): Promise<boolean> => {
    const entries: AuditEntry[] = []
    for (const act of acts) entries.push(nextEntry(id, entries.at(-1) ?? head, act, now()))
    await note(id, entries)
    const confirmations: Promise<void>[] = []
    for (const [index, entry] of entries.entries()) {
      const written = await rows.insert(id, entry).catch(async (error: unknown) => {
        // This one may be stored all the same; those behind it never will be.
        await takeBack(id, entries.slice(index + 1))
        throw error
      })
      if (!written) {
        await takeBack(id, entries.slice(index))
        return false
      }
      const confirmed = pending.confirm(id, entry)
      confirmations.push(confirmed)
      stored(entry, confirmed)
    }
    await Promise.all(confirmations)
    return true
  }

  /** Appends all that has come to wait for a chain by now. */
  const appendWaiting = async (id: FootageId): Promise<void> => {
    const run = waiting.get(id)?.splice(0, RUN_LENGTH) ?? []
    if (waiting.get(id)?.length === 0) waiting.delete(id)
    try {
      for (let lost = 0; run.length > 0; ) {
        const acts = run.map(({ act }) => act)
        const before = run.length
        const head = await rows.head(id)
        const isDone = await tryAppend(id, head, acts, (entry, confirmed) => {
          const one = run.shift()
          confirmed.then(() => one?.resolve(entry), one?.reject)
        })
        if (isDone) return
        lost = run.length < before ? 0 : lost + 1
        await afterConflict(lost)
      }
    } catch (error) {
      // Storage is at fault, not one of the acts: none of them is known to be on record.
      for (const { reject } of run) reject(error)
    }
  }

  return {
    ...rows,
    async append(id, act) {
      // What cannot be hashed must not reach those who wait: they are written in one run.
      canonicalBytes(act)
      const mine = { act, ...Promise.withResolvers<AuditEntry>() }
      const others = waiting.get(id)
      if (others) others.push(mine)
      else waiting.set(id, [mine])
      void inTurn(id, () => appendWaiting(id))
      return mine.promise
    },
    appendOnce: (id, act) =>
      inTurn(id, async () => {
        for (let attempt = 0; ; attempt += 1) {
          const head = await rows.head(id)
          const { from, isFirst } = await firstAttempts.note(id, act, (head?.sequence ?? 0) + 1)
          // Looked for after the head was: whoever said the same since takes the sequence behind it.
          const since = isFirst ? [] : await rows.page(id, { after: from - 1 })
          if (since.some((entry) => entry && isSame(entry, act))) return
          if (await tryAppend(id, head, [act])) return
          await afterConflict(attempt)
        }
      }),
  }
}

const isSame = ({ action, detail }: AuditEntry, act: AuditAct): boolean =>
  digestOf({ action, detail }) === digestOf({ action: act.action, detail: act.detail ?? {} })
