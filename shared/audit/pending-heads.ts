import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import { type FootageId, footageIdSchema } from '../footage/ids.ts'
import { sha256Schema } from '../footage/sha256.ts'
import { documentTable, under, valuesOf } from '../storage/tables/documents.ts'
import { SHARDS, shardOf } from '../storage/tables/shards.ts'
import type { ChainHead } from './chain.ts'

const pendingSchema = z.object({
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  sequence: z.int().positive(),
  hash: sha256Schema.optional().describe('absent: noted before notes had it'),
  at: z.iso.datetime(),
  written: z.boolean().default(true).describe('absent: noted before notes said so'),
})

/** That this entry was appended, or may have been, and is in no anchor yet. */
export type PendingHead = Omit<z.infer<typeof pendingSchema>, 'schemaVersion'>

/** All that is pending of one recording. */
export type PendingChain = { footageId: FootageId; heads: PendingHead[] }

/**
 * Which entries are in no anchor yet, so that the timer need not look for them, and that none of
 * them can be cut off unseen. A note is written before its entry, says once the entry is stored that
 * it is, and goes when an anchor over that entry is or its writer knows that it will never be
 * written. So whoever dies in between leaves a note too many, never one too few, and what was not
 * written is told from what was removed.
 */
export type PendingHeads = {
  /** To be called before an entry is written, every time. */
  note(id: FootageId, entry: ChainHead): Promise<void>
  /** To be called once an entry is stored, before anything is released for it. */
  confirm(id: FootageId, entry: ChainHead): Promise<void>
  /** Takes a note back or settles it: its entry is vouched for, or will never come. */
  settle(id: FootageId, entry: Pick<PendingHead, 'sequence' | 'hash'>): Promise<void>
  /** What is pending of one recording. */
  of(id: FootageId): Promise<PendingHead[]>
  /** Everything that is pending, recording by recording. */
  chains(): AsyncIterable<PendingChain>
}

const SEQUENCE_DIGITS = 10
/** Whatever ETag it has: a note is changed by its writer alone. */
const ANY = '*'

/** Kept in the table of the trails, in partitions that no recording has. */
export function createPendingHeads(table: TableClient, now: () => Date): PendingHeads {
  const rows = documentTable(table, pendingSchema)

  async function* inShard(shard: string): AsyncGenerator<PendingChain> {
    let heads: PendingHead[] = []
    for await (const { value } of rows.list(partition(shard))) {
      const [first] = heads
      if (first && first.footageId !== value.footageId) {
        yield { footageId: first.footageId, heads }
        heads = []
      }
      heads.push(value)
    }
    const [first] = heads
    if (first) yield { footageId: first.footageId, heads }
  }

  const noteOf = (footageId: FootageId, { sequence, hash }: ChainHead, written: boolean) => ({
    schemaVersion: 1 as const,
    footageId,
    sequence,
    hash,
    at: now().toISOString(),
    written,
  })

  return {
    async note(id, entry) {
      const note = noteOf(id, entry, false)
      await rows.put(partitionOf(id), rowKey(note), note)
    },
    async confirm(id, entry) {
      const note = noteOf(id, entry, true)
      // An anchor over the entry may have come first: then the note is gone, and nothing is pending.
      await rows.replace(partitionOf(id), rowKey(note), note, ANY)
    },
    async settle(footageId, { sequence, hash }) {
      await rows.remove(partitionOf(footageId), rowKey({ footageId, sequence, hash }), ANY)
    },
    of: (id) => valuesOf(rows.list(partitionOf(id), under(id))),
    async *chains() {
      for (const shard of SHARDS) yield* inShard(shard)
    },
  }
}

const partition = (shard: string): string => `pending:${shard}`
const partitionOf = (id: FootageId): string => partition(shardOf(id))

/** With the hash: writers that race for a sequence have a note each. */
const rowKey = ({
  footageId,
  sequence,
  hash,
}: Pick<PendingHead, 'footageId' | 'sequence' | 'hash'>): string =>
  [footageId, String(sequence).padStart(SEQUENCE_DIGITS, '0'), ...(hash ? [hash] : [])].join(':')
