import { isDeepStrictEqual } from 'node:util'
import type { Borough } from '../clearance/boroughs.ts'
import type { Oid } from '../clearance/person.ts'
import type { Reference } from '../clearance/references.ts'
import type { Footage } from './footage.ts'
import type { FootageId } from './ids.ts'
import { isDisposed } from './state.ts'
import { type Summary, summarise } from './summary.ts'
import { WORK_LISTS, type WorkList, workListsOf } from './work-lists.ts'

/** The ways in which footage is looked for: each is a range of row keys in known partitions. */
export type AccessPath =
  | { by: 'borough'; borough: Borough }
  | { by: 'unit'; unit: string }
  | { by: 'officer'; officer: string }
  | { by: 'camera'; camera: string }
  | { by: 'reference'; reference: Reference }
  | { by: 'grant'; oid: Oid }
  | { by: 'state'; state: WorkList }

/** A span that no recording lies outside of. */
export const EVER = { from: '1970-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' }

/** Where an index row lies. */
export type IndexKey = { partition: string; row: string }

/** Whether the index tells the same of both in the same places, apart from when they changed. */
export const looksAlike = (a: Footage, b: Footage): boolean =>
  isDeepStrictEqual(indexKeys(a), indexKeys(b)) &&
  isDeepStrictEqual(
    { ...summarise(a), revision: 0, changedAt: '' },
    { ...summarise(b), revision: 0, changedAt: '' },
  )

/** States with many writers are spread over partitions: one takes 2,000 operations a second. */
export const STATE_SHARDS = 16
/** Milliseconds have 13 digits until the year 2286. Subtracting from this turns newest first. */
const LAST_MS = 9_999_999_999_999
/** How much of an ISO time names a month, and a year. */
const MONTH = 7
const YEAR = 4

/**
 * A time as row keys begin with it. They run from the newest to the oldest: every list shows the
 * latest first. Times before 1970 and after 2286 count as those ends, for a key of more digits would
 * sort among the others.
 */
export const newestFirst = (instant: string): string => {
  const ms = Math.min(Math.max(Date.parse(instant), 0), LAST_MS)
  return String(LAST_MS - ms).padStart(String(LAST_MS).length, '0')
}

/** The row key of footage recorded at that time. Without an id: the first key of that millisecond. */
export const rowKey = (recordedAt: string, id?: FootageId): string =>
  id ? `${newestFirst(recordedAt)}:${id}` : newestFirst(recordedAt)

/** All index rows that a recording should have. What is disposed of is found by nobody. */
export function indexKeys(footage: Footage): IndexKey[] {
  const shard = shardOf(footage.id)
  const row = rowKey(footage.clock.recordedAt, footage.id)
  const lists = workListsOf(footage).map((list) => ({
    partition: statePartition(list, shard),
    row,
  }))
  return isDisposed(footage.state) ? lists : [...pathKeys(summarise(footage)), ...lists]
}

/** The rows by which a recording is found. */
export function pathKeys(summary: Summary): IndexKey[] {
  const { id, recordedAt, borough, references, grants } = summary
  const row = rowKey(recordedAt, id)
  const paths: TimedPath[] = [
    { by: 'unit', unit: summary.unit },
    { by: 'officer', officer: summary.officer },
    { by: 'camera', camera: summary.camera.serial },
    ...references.map((reference) => ({ by: 'reference', reference }) as const),
    ...grants.map(({ oid }) => ({ by: 'grant', oid }) as const),
  ]
  if (borough) paths.push({ by: 'borough', borough })
  // One person may have several grants.
  const partitions = new Set(paths.map((path) => timedPartition(path, recordedAt)))
  return [...partitions].map((partition) => ({ partition, row }))
}

/** The rows that a recording would have on every work list there is. */
export function stateKeys(footage: Footage): IndexKey[] {
  const row = rowKey(footage.clock.recordedAt, footage.id)
  const shard = shardOf(footage.id)
  return WORK_LISTS.map((state) => ({
    partition: statePartition(state, shard),
    row,
  }))
}

/**
 * The partitions to read for footage recorded in a span of time, newest first. Those of one group
 * lie side by side and must be merged; those of the next group are older.
 */
export function partitionsOf(path: AccessPath, from: string, to: string): string[][] {
  if (path.by === 'state') {
    const shards = Array.from({ length: STATE_SHARDS }, (_, shard) =>
      statePartition(path.state, shard),
    )
    return [shards]
  }
  const groups: string[][] = []
  const step = periodOf(path)
  const time = new Date(Date.parse(to))
  time.setUTCDate(1)
  if (step === YEAR) time.setUTCMonth(0)
  while (time.toISOString().slice(0, step) >= from.slice(0, step)) {
    groups.push([timedPartition(path, time.toISOString())])
    if (step === YEAR) time.setUTCFullYear(time.getUTCFullYear() - 1)
    else time.setUTCMonth(time.getUTCMonth() - 1)
  }
  return groups
}

type TimedPath = Exclude<AccessPath, { by: 'state' }>

/** Boroughs and units fill a partition a month; an officer, a camera, a reference, a grantee a year. */
const periodOf = (path: TimedPath): number =>
  path.by === 'borough' || path.by === 'unit' ? MONTH : YEAR

const timedPartition = (path: TimedPath, at: string): string =>
  [path.by, ...valuesOf(path), at.slice(0, periodOf(path))].map(keyText).join(':')

const statePartition = (state: WorkList, shard: number): string => `state:${state}:${shard}`

function valuesOf(path: TimedPath): string[] {
  switch (path.by) {
    case 'borough':
      return [path.borough]
    case 'unit':
      return [path.unit]
    case 'officer':
      return [path.officer]
    case 'camera':
      return [path.camera]
    case 'reference':
      return [path.reference.type, path.reference.value]
    case 'grant':
      return [path.oid]
  }
}

/** By the last hexadecimal digit of the id, which is random: there are as many shards. */
const shardOf = (id: FootageId): number => Number.parseInt(id.slice(-1), 16)

/** Keys may not hold / \ # ? nor control characters, and % is trouble: escape them with =. */
export const keyText = (text: string): string => encodeURIComponent(text).replaceAll('%', '=')
