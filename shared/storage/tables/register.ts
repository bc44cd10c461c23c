import type { TableClient, TransactionAction } from '@azure/data-tables'
import { z } from 'zod'
import { BluelampError } from '../../errors.ts'
import { digestOf } from '../../records/canonical.ts'
import {
  type Author,
  isWhole,
  nextChange,
  type RegisterChange,
  registerChangeSchema,
} from '../../records/register-change.ts'
import { CHANGED, EXISTS, MISSING, unless } from '../answers.ts'
import { documentTable, entityOf, under, valuesOf } from './documents.ts'
import { createHolders } from './holders.ts'

/** Entries by key, with every change of each kept in a hash chain. */
export type Register<T> = {
  /**
   * An entry as its history has it, and whether its row says something else: then it was altered
   * past this register, and counts for nothing.
   * @throws BluelampError `damaged-record` if the row is of an entry without history
   */
  find(key: string): Promise<{ entry: T; etag: string; altered: boolean } | null>
  /**
   * Writes an entry and, in the same transaction, the change into its history: neither is ever
   * there without the other. `etag` null: only if there is none yet. False if it has changed
   * meanwhile.
   * @throws BluelampError `conflict` if another entry holds what one alone may hold
   */
  put(key: string, entry: T, etag: string | null, author: Author): Promise<boolean>
  /** The key of the entry that holds something which one alone may hold; null: none does. */
  holderOf(held: string): Promise<string | null>
  /** All entries in the order of their keys, from behind `after` on. */
  list(after?: string): AsyncIterable<{ key: string; entry: T }>
  /**
   * Every change, the first one first, and whether the chain of them is whole and the entry is as
   * the last of them left it.
   */
  history(key: string): Promise<{ changes: RegisterChange<T>[]; whole: boolean }>
}

/** Sequence numbers count down in row keys, so that the last change is the first row. */
const LAST_SEQUENCE = 9_999_999_999
/** Sort behind every key of an entry. */
const BEHIND_ENTRIES = '~'
const HISTORY = `${BEHIND_ENTRIES}history:`

/**
 * The row of an entry. Its digest spares whoever reads it the history: where it does not fit, the
 * last change says what the entry is. Whoever can write to the table can make it fit, and is found
 * when the history is read.
 */
const rowSchema = z.looseObject({ digest: z.string().optional() })
const rowOf = (stored: unknown) => {
  const { digest, ...entry } = rowSchema.safeParse(stored).data ?? {}
  return { digest, entry }
}

const historyKey = (key: string, sequence: number): string =>
  `${HISTORY}${key}:${String(LAST_SEQUENCE - sequence).padStart(10, '0')}`

/** What an entry brings with it beyond itself. */
export type Accompaniment<T> = {
  /** What the entry alone may hold; null: nothing. */
  holds?: (entry: T) => string | null
  /** What else is to be written of the entry, in the same transaction. */
  follow?: (key: string, before: T | null, after: T) => Promise<TransactionAction[]>
}

/** A register in one partition of a table, for transactions do not reach beyond one. */
export function createRegister<T extends object>(
  table: TableClient,
  partition: string,
  schema: z.ZodType<T>,
  now: () => Date,
  { holds = () => null, follow = async () => [] }: Accompaniment<T> = {},
): Register<T> {
  const entries = documentTable(table, z.unknown())
  // As stored: what a later release adds to an entry must not count as tampering with its history.
  const changes = documentTable(table, registerChangeSchema)
  const holders = createHolders(table, partition)
  const historyOf = (key: string, pageSize?: number) =>
    changes.list(partition, under(`${HISTORY}${key}`), pageSize)

  const digestOfRow = (key: string, entry: unknown): string => digestOf({ partition, key, entry })

  const read = async (key: string, stored: unknown): Promise<{ entry: T; altered: boolean }> => {
    const { digest, entry } = rowOf(stored)
    if (digest === digestOfRow(key, entry)) return { entry: parsed(key, entry), altered: false }
    const last = await lastChange(key)
    if (last) return { entry: parsed(key, last.entry), altered: !isSame(last.entry, entry) }
    throw new BluelampError('damaged-record', `The entry ${key} of a register has no history.`)
  }
  const parsed = (key: string, entry: unknown): T => {
    const { data, error } = schema.safeParse(entry)
    if (!error) return data
    throw new BluelampError(
      'damaged-record',
      `The entry ${key} of a register does not fit its schema: ${z.prettifyError(error)}`,
    )
  }

  const lastChange = async (key: string): Promise<RegisterChange<unknown> | null> => {
    for await (const { value } of historyOf(key, 1)) return value
    return null
  }

  return {
    holderOf: holders.of,
    async *list(after) {
      const range = { ...(after !== undefined && { after }), below: BEHIND_ENTRIES }
      for await (const { rowKey, value } of entries.list(partition, range)) {
        yield { key: rowKey, entry: (await read(rowKey, value)).entry }
      }
    },
    async find(key) {
      const stored = await entries.get(partition, key)
      return stored && { ...(await read(key, stored.value)), etag: stored.etag }
    },
    async put(key, entry, etag, author) {
      const current = await entries.get(partition, key)
      // Compared here first: text that is no ETag of storage would be a fault to it, not a conflict.
      if ((current?.etag ?? null) !== etag) return false
      const before = current && (await read(key, current.value)).entry
      const moves = await holders.move(key, before && holds(before), holds(entry))
      const following = await follow(key, before, entry)
      const change = nextChange(await lastChange(key), entry, author, now())
      const row = entityOf(partition, key, { ...entry, digest: digestOfRow(key, entry) })
      const actions: TransactionAction[] = [
        ['create', entityOf(partition, historyKey(key, change.sequence), change)],
        etag === null ? ['create', row] : ['update', row, 'Replace', { etag }],
        ...moves,
        ...following,
      ]
      const written = await unless([EXISTS, CHANGED, MISSING], () =>
        table.submitTransaction(actions),
      )
      return written !== null
    },
    async history(key) {
      for (;;) {
        const row = await entries.get(partition, key)
        const found = await valuesOf(historyOf(key))
        // A change that came in between is in the one, but not in the other.
        if ((await entries.get(partition, key))?.etag !== row?.etag) continue
        found.reverse()
        const changes = found.map((change) => ({ ...change, entry: schema.parse(change.entry) }))
        const isAsLeft = isSame(found.at(-1)?.entry, row ? rowOf(row.value).entry : undefined)
        return { changes, whole: isWhole(found) && isAsLeft }
      }
    },
  }
}

const isSame = (one: unknown, other: unknown): boolean => digestOf(one) === digestOf(other)
