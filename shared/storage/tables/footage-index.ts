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
  stateKeys,
} from '../../footage/index-keys.ts'
import {
  type Guards,
  guardsOf,
  type Summary,
  summarise,
  summarySchema,
} from '../../footage/summary.ts'
import { type DocumentTable, documentTable, type Stored } from './documents.ts'
import { mergeRows } from './merge-rows.ts'

/** How many rows of one partition are fetched first: few lists are read further than a page. */
const FIRST_ROWS = 100

/** A span of time: recorded at or after `from` and before `to`, both UTC. */
export type IndexSpan = {
  from: string
  to: string
  /** The row key of the last recording already seen. */
  after?: string | undefined
}

/** The index of footage: for every way of looking for it, a row a recording. */
export type FootageIndex = {
  /**
   * Brings the rows into line with a recording, unless they already tell of a later revision, or of
   * a change that someone is about to make to this one.
   */
  write(footage: Footage): Promise<void>
  /**
   * Says in the rows of a recording how it is about to be guarded: from now on it is listed to those
   * alone who may list it before and after.
   */
  foretell(footage: Footage, after: Footage): Promise<void>
  /** Removes the rows that `before` had and `after` no longer has. */
  removeStale(before: Footage, after: Footage): Promise<void>
  /** Removes the rows by which any of these found a recording, and by which it is found no more. */
  removeLostPaths(before: readonly Summary[], after: Footage): Promise<void>
  /** Removes the rows that a writer which died left under states the recording is no longer in. */
  removeForeignStates(footage: Footage): Promise<void>
  /** Removes the rows by which a recording is found, whatever they tell of it. */
  removePaths(footage: Footage): Promise<void>
  /** The footage of a span along any of the paths, newest first, each recording once. */
  read(
    paths: AccessPath | readonly AccessPath[],
    span: IndexSpan,
  ): AsyncIterable<{ summary: Summary; rowKey: string }>
}

/** The index kept in one table. */
export function createFootageIndex(table: TableClient): FootageIndex {
  const rows = documentTable(table, summarySchema)
  const removeAll = async (keys: IndexKey[], after: Footage): Promise<void> => {
    const kept = new Set(indexKeys(after).map(textOf))
    const stale = new Map(keys.map((key) => [textOf(key), key] as const))
    for (const text of kept) stale.delete(text)
    await Promise.all([...stale.values()].map((key) => removeRow(rows, key, after.revision)))
  }
  return {
    async write(footage) {
      const summary = summarise(footage)
      await Promise.all(indexKeys(footage).map((key) => writeRow(rows, key, summary)))
    },
    async foretell(footage, after) {
      const [summary, guards] = [summarise(footage), guardsOf(after)]
      await Promise.all(indexKeys(footage).map((key) => foretellRow(rows, key, summary, guards)))
    },
    async removeStale(before, after) {
      await removeAll(indexKeys(before), after)
    },
    async removeLostPaths(before, after) {
      await removeAll(before.flatMap(pathKeys), after)
    },
    async removeForeignStates(footage) {
      await removeAll(stateKeys(footage), footage)
    },
    async removePaths(footage) {
      const keys = pathKeys(summarise(footage))
      await Promise.all(keys.map((key) => removeRow(rows, key, footage.revision)))
    },
    async *read(paths, span) {
      const streams = [paths].flat().map((path) => along(rows, path, span))
      for await (const { value, rowKey } of mergeRows(streams, isNewer)) {
        yield { summary: value, rowKey }
      }
    },
  }
}

const textOf = (key: IndexKey): string => `${key.partition}|${key.row}`

const isNewer = (a: Summary, b: Summary): boolean => a.revision > b.revision

/** The rows of one path, newest first. */
async function* along(
  rows: DocumentTable<Summary>,
  path: AccessPath,
  { from, to, after }: IndexSpan,
): AsyncIterable<Stored<Summary>> {
  // Newest first: the later time has the lower key.
  const range = {
    ...(after ? { after } : { from: `${rowKey(to)};` }),
    below: `${rowKey(from)};`,
  }
  for (const group of partitionsOf(path, from, to)) {
    const streams = group.map((partition) => rows.list(partition, range, FIRST_ROWS))
    yield* mergeRows(streams, isNewer)
  }
}

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
      const { revision, becoming } = stored.value
      if (revision > summary.revision || (revision === summary.revision && becoming)) return
      if (isDeepStrictEqual(stored.value, summary)) return
      if (await rows.replace(partition, row, summary, stored.etag)) return
    }
  }
}

/**
 * A row that is not there shows nothing to anyone, and a row of a later revision tells that the
 * change will not come: both are left. Several may be about to change the same revision.
 */
async function foretellRow(
  rows: DocumentTable<Summary>,
  { partition, row }: IndexKey,
  summary: Summary,
  guards: Guards,
): Promise<void> {
  for (;;) {
    const stored = await rows.get(partition, row)
    if (!stored || stored.value.revision > summary.revision) return
    const { revision, becoming = [] } = stored.value
    const others = revision === summary.revision ? becoming : []
    if (others.some((other) => isDeepStrictEqual(other, guards))) return
    const foretold = { ...summary, becoming: [...others, guards] }
    if (await rows.replace(partition, row, foretold, stored.etag)) return
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
