import type { Stored } from './documents.ts'

/**
 * Merges streams of rows, each in the order of their row keys, into one. Of rows with the same key,
 * the one that `isNewer` prefers speaks for all.
 */
export async function* mergeRows<T>(
  streams: readonly AsyncIterable<Stored<T>>[],
  isNewer: (a: T, b: T) => boolean,
): AsyncIterable<Stored<T>> {
  const [only, ...others] = streams
  if (!only) return
  if (others.length === 0) return yield* only
  const heads = await Promise.all(streams.map(headOf))
  for (;;) {
    const live = heads.filter(({ next }) => next !== null)
    let least: Stored<T> | null = null
    for (const { next } of live) {
      if (next && (!least || comesBefore(next, least, isNewer))) least = next
    }
    if (!least) return
    yield least
    const { rowKey } = least
    await Promise.all(live.filter(({ next }) => next?.rowKey === rowKey).map(advance))
  }
}

type Head<T> = { rows: AsyncIterator<Stored<T>>; next: Stored<T> | null }

async function headOf<T>(stream: AsyncIterable<Stored<T>>): Promise<Head<T>> {
  const head: Head<T> = { rows: stream[Symbol.asyncIterator](), next: null }
  await advance(head)
  return head
}

async function advance<T>(head: Head<T>): Promise<void> {
  const { done, value } = await head.rows.next()
  head.next = done ? null : value
}

const comesBefore = <T>(a: Stored<T>, b: Stored<T>, isNewer: (a: T, b: T) => boolean): boolean =>
  a.rowKey < b.rowKey || (a.rowKey === b.rowKey && isNewer(a.value, b.value))
