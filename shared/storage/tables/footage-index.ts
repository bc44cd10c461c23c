import { isDeepStrictEqual } from 'node:util'
import type { TableClient } from '@azure/data-tables'
import type { Footage } from '../../footage/footage.ts'
import {
  type AccessPath,
  type IndexKey,
  indexKeys,
  partitionsOf,
  pathKeys,
  rowKey,
  type Summary,
  stateKeys,
  summarise,
  summarySchema,
} from '../../footage/index-keys.ts'
import { type DocumentTable, documentTable, type Stored } from './documents.ts'

/** How many rows are fetched at a time from one partition. */
const PAGE_SIZE = 100

/** The index of footage: for every way of looking for it, a row a recording. */
export type FootageIndex = {
  /** Brings the rows into line with a recording, unless they already tell of a later revision. */
  write(footage: Footage): Promise<void>
  /** Removes the rows that `before` had and `after` no longer has. */
  removeStale(before: Footage, after: Footage): Promise<void>
  /** Removes the rows that a writer which died left under states the recording is no longer in. */
  removeForeignStates(footage: Footage): Promise<void>
  /** Removes the rows by which a recording is found, whatever they tell of it. */
  removePaths(footage: Footage): Promise<void>
  /**
   * Footage along a path, newest first, recorded at or after `from` and before `to`, both UTC.
   * `after` is the row key of the last recording already seen.
   */
  read(
    path: AccessPath,
    span: { from: string; to: string; after?: string },
  ): AsyncIterable<{ summary: Summary; rowKey: string }>
}

/** The index kept in one table. */
export function createFootageIndex(table: TableClient): FootageIndex {
  const rows = documentTable(table, summarySchema)
  return {
    async write(footage) {
      const summary = summarise(footage)
      await Promise.all(indexKeys(footage).map((key) => writeRow(rows, key, summary)))
    },
    async removeStale(before, after) {
      const kept = new Set(indexKeys(after).map(textOf))
      const stale = indexKeys(before).filter((key) => !kept.has(textOf(key)))
      await Promise.all(stale.map((key) => removeRow(rows, key, after.revision)))
    },
    async removeForeignStates(footage) {
      const kept = new Set(indexKeys(footage).map(textOf))
      const stale = stateKeys(footage).filter((key) => !kept.has(textOf(key)))
      await Promise.all(stale.map((key) => removeRow(rows, key, footage.revision)))
    },
    async removePaths(footage) {
      await Promise.all(pathKeys(footage).map((key) => removeRow(rows, key, footage.revision)))
    },
    async *read(path, { from, to, after }) {
      // Newest first: the later time has the lower key.
      const range = {
        ...(after ? { after } : { from: `${rowKey(to)};` }),
        below: `${rowKey(from)};`,
      }
      for (const group of partitionsOf(path, from, to)) {
        const streams = group.map((partition) => rows.list(partition, range, PAGE_SIZE))
        for await (const { value, rowKey: key } of merged(streams)) {
          yield { summary: value, rowKey: key }
        }
      }
    },
  }
}

const textOf = (key: IndexKey): string => `${key.partition}|${key.row}`

/** A late writer meets a row of a later revision and leaves it; a changed row is looked at again. */
async function writeRow(
  rows: DocumentTable<Summary>,
  { partition, row }: IndexKey,
  summary: Summary,
): Promise<void> {
  for (;;) {
    const stored = await rows.get(partition, row)
    if (!stored) {
      if (await rows.insert(partition, row, summary)) return
    } else {
      if (stored.value.revision > summary.revision) return
      if (isDeepStrictEqual(stored.value, summary)) return
      if (await rows.replace(partition, row, summary, stored.etag)) return
    }
  }
}

async function removeRow(
  rows: DocumentTable<Summary>,
  { partition, row }: IndexKey,
  revision: number,
): Promise<void> {
  for (;;) {
    const stored = await rows.get(partition, row)
    if (!stored || stored.value.revision > revision) return
    if (await rows.remove(partition, row, stored.etag)) return
  }
}

/** Merges streams that are each in order of their row keys into one that is. */
async function* merged<T>(streams: AsyncIterable<Stored<T>>[]): AsyncIterable<Stored<T>> {
  const heads = await Promise.all(
    streams.map(async (stream) => {
      const rows = stream[Symbol.asyncIterator]()
      return { rows, next: await rows.next() }
    }),
  )
  for (;;) {
    const live = heads.filter((head) => !head.next.done)
    const [first, ...others] = live
    if (!first) return
    const least = others.reduce(
      (a, b) => (b.next.value.rowKey < a.next.value.rowKey ? b : a),
      first,
    )
    yield least.next.value
    least.next = await least.rows.next()
  }
}
