import type { TableClient } from '@azure/data-tables'
import { z } from 'zod'
import { type FootageId, footageIdSchema } from '../footage/ids.ts'
import { documentTable } from '../storage/tables/documents.ts'

const pendingSchema = z.object({
  schemaVersion: z.literal(1),
  footageId: footageIdSchema,
  sequence: z.int().positive(),
  at: z.iso.datetime(),
})

/** That an entry of this sequence may have been appended, and is in no anchor yet. */
export type PendingHead = { footageId: FootageId; sequence: number; at: string }

/** All that is pending of one recording, with what it takes to settle it. */
export type PendingChain = { footageId: FootageId; heads: (PendingHead & { etag: string })[] }

/**
 * Which chains have entries that are in no anchor yet, so that the timer need not look for them. A
 * note is written before its entry and removed when an anchor over that entry is stored: whoever
 * dies in between leaves a note too many, never one too few.
 */
export type PendingHeads = {
  /** To be called before an entry of that sequence is written, every time. */
  note(id: FootageId, sequence: number): Promise<void>
  /** Everything that is pending, recording by recording. */
  chains(): AsyncIterable<PendingChain>
  /** Removes a note, unless it was written again since it was read. */
  settle(head: PendingHead & { etag: string }): Promise<void>
}

/** Notes are spread over this many partitions, by the last digit of the id, which is random. */
const SHARDS = [...'0123456789abcdef']
const SEQUENCE_DIGITS = 10

/** Kept in the table of the trails, in partitions that no recording has. */
export function createPendingHeads(table: TableClient, now: () => Date): PendingHeads {
  const rows = documentTable(table, pendingSchema)

  async function* inShard(shard: string): AsyncGenerator<PendingChain> {
    let heads: PendingChain['heads'] = []
    for await (const { value, etag } of rows.list(partition(shard))) {
      const [first] = heads
      if (first && first.footageId !== value.footageId) {
        yield { footageId: first.footageId, heads }
        heads = []
      }
      heads.push({ ...value, etag })
    }
    const [first] = heads
    if (first) yield { footageId: first.footageId, heads }
  }

  return {
    async note(footageId, sequence) {
      const value = { schemaVersion: 1, footageId, sequence, at: now().toISOString() } as const
      await rows.put(partitionOf(footageId), rowKey(footageId, sequence), value)
    },
    async *chains() {
      for (const shard of SHARDS) yield* inShard(shard)
    },
    async settle({ footageId, sequence, etag }) {
      await rows.remove(partitionOf(footageId), rowKey(footageId, sequence), etag)
    },
  }
}

const partition = (shard: string): string => `pending:${shard}`
const partitionOf = (id: FootageId): string => partition(id.slice(-1).toLowerCase())

const rowKey = (id: FootageId, sequence: number): string =>
  `${id}:${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`
