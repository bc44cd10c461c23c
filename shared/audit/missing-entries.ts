import { setTimeout as delay } from 'node:timers/promises'
import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { MissingEntry } from './missing-entry.ts'
import type { PendingHead } from './pending-heads.ts'

/** How often, and after how long, it is looked again for an entry that may be on its way. */
const LOOKS = 4
const LOOK_AGAIN_MS = 250

/**
 * The entries that are noted as begun, and neither stand in the chain nor come within a second: none,
 * unless whoever wrote one died over it, storage failed, or it was removed.
 */
export async function missingEntries(
  stores: Pick<Services, 'audit' | 'pendingHeads'>,
  id: FootageId,
): Promise<MissingEntry[]> {
  let missing = await withoutEntry(stores, id, await stores.pendingHeads.of(id))
  for (let look = 0; missing.length > 0 && look < LOOKS; look += 1) {
    await delay(LOOK_AGAIN_MS)
    // Who lost a race for a sequence has taken the note back by now.
    const still = new Set((await stores.pendingHeads.of(id)).map(({ hash }) => hash))
    const noted = missing.filter(({ hash }) => still.has(hash))
    missing = await withoutEntry(stores, id, noted)
  }
  return missing.map(({ sequence, hash, at }) => ({ sequence, hash, at }))
}

type NotedEntry = PendingHead & MissingEntry

/** Of these notes, those whose entries are not in the chain. They must have been read before it is. */
export async function withoutEntry(
  { audit }: Pick<Services, 'audit'>,
  id: FootageId,
  notes: readonly PendingHead[],
): Promise<NotedEntry[]> {
  const hashed = notes.filter((note): note is NotedEntry => note.hash !== undefined)
  if (hashed.length === 0) return []
  const first = Math.min(...hashed.map(({ sequence }) => sequence))
  const entries = await audit.page(id, { after: first - 1 })
  // That each is in its place is for the chain to show.
  const there = new Set(entries.map((entry) => entry?.hash))
  return hashed.filter(({ hash }) => !there.has(hash))
}
