import type { FootageId } from '../footage/ids.ts'
import type { Services } from '../services.ts'
import type { MissingEntry } from './missing-entry.ts'
import type { PendingHead } from './pending-heads.ts'

/** The entries that were written, as their notes say, and do not stand in the chain: none, unless one was removed. */
export async function missingEntries(
  stores: Pick<Services, 'audit' | 'pendingHeads'>,
  id: FootageId,
): Promise<MissingEntry[]> {
  const absent = await withoutEntry(stores, id, await stores.pendingHeads.of(id))
  return absent
    .filter(({ written }) => written)
    .map(({ sequence, hash, at }) => ({ sequence, hash, at }))
}

/** A note whose entry does not stand in the chain: not yet written, never, or removed. */
export type NoteWithoutEntry = PendingHead & MissingEntry

/** Of these notes, those whose entries are not in the chain. They must have been read before it is. */
export async function withoutEntry(
  { audit }: Pick<Services, 'audit'>,
  id: FootageId,
  notes: readonly PendingHead[],
): Promise<NoteWithoutEntry[]> {
  const hashed = notes.filter((note): note is NoteWithoutEntry => note.hash !== undefined)
  if (hashed.length === 0) return []
  const first = Math.min(...hashed.map(({ sequence }) => sequence))
  const entries = await audit.page(id, { after: first - 1 })
  // That each is in its place is for the chain to show.
  const there = new Set(entries.map((entry) => entry?.hash))
  return hashed.filter(({ hash }) => !there.has(hash))
}
