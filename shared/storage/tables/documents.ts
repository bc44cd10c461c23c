import { odata, type TableClient, type TableEntityResult } from '@azure/data-tables'
import { z } from 'zod'
import { BluelampError } from '../../errors.ts'
import { CHANGED, EXISTS, MISSING, unless } from '../answers.ts'

/**
 * A table of JSON documents: one row is one document, checked by its schema when it is read. Only
 * keys are ever queried, so one string property is enough; it holds up to 32 Ki characters
 * (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
 */
const rowSchema = z.object({ document: z.unknown().transform((text) => parseJson(text)) })

/** A document as stored, with the ETag that a conditional write must name. */
export type Stored<T> = { value: T; etag: string; rowKey: string }

/** A range of row keys: from `after` (exclusive) or `from` (inclusive) up to `below` (exclusive). */
export type RowRange = { from?: string; after?: string; below?: string }

/** The row keys that begin with `prefix:`. The character after the colon is where they end. */
export const under = (prefix: string): RowRange & { from: string; below: string } => ({
  from: `${prefix}:`,
  below: `${prefix};`,
})

/** The documents of some rows. */
export const valuesOf = <T>(rows: AsyncIterable<Stored<T>>): Promise<T[]> =>
  Array.fromAsync(rows, ({ value }) => value)

/** The largest page that the table service gives. */
const LARGEST_PAGE = 1000

export type DocumentTable<T> = {
  get(partition: string, row: string): Promise<Stored<T> | null>
  /** Creates the row; null if there is one already. */
  insert(partition: string, row: string, value: T): Promise<{ etag: string } | null>
  /** Writes the row whatever is there. */
  put(partition: string, row: string, value: T): Promise<void>
  /** Replaces the row if it still has that ETag; null if it has changed or is gone. */
  replace(partition: string, row: string, value: T, etag: string): Promise<{ etag: string } | null>
  /** Removes the row if it still has that ETag; says whether it did. */
  remove(partition: string, row: string, etag: string): Promise<boolean>
  /**
   * The rows of one partition in order of their keys.
   * @param firstRows how many are fetched at first: who reads on gets the largest pages there are
   */
  list(partition: string, range?: RowRange, firstRows?: number): AsyncIterable<Stored<T>>
}

/** Sees a table as documents of one schema. */
export function documentTable<T>(table: TableClient, schema: z.ZodType<T>): DocumentTable<T> {
  // Made once: to build a schema costs more than to check a row by it.
  const storedSchema = rowSchema.pipe(z.object({ document: schema }))
  const parse = (entity: TableEntityResult<object>): Stored<T> => {
    const row = storedSchema.safeParse(entity)
    if (row.success) return { value: row.data.document, etag: entity.etag, rowKey: keyOf(entity) }
    throw new BluelampError(
      'damaged-record',
      `Row ${keyOf(entity)} of table ${table.tableName} does not fit its schema: ${z.prettifyError(row.error)}`,
    )
  }
  return {
    async get(partition, row) {
      const entity = await unless([MISSING], () => table.getEntity(partition, row))
      return entity ? parse(entity) : null
    },
    async insert(partition, row, value) {
      return etagOf(
        await unless([EXISTS], () => table.createEntity(entityOf(partition, row, value))),
      )
    },
    async put(partition, row, value) {
      await table.upsertEntity(entityOf(partition, row, value), 'Replace')
    },
    async replace(partition, row, value, etag) {
      const entity = entityOf(partition, row, value)
      const write = () => table.updateEntity(entity, 'Replace', { etag })
      return etagOf(await unless([MISSING, CHANGED], write))
    },
    async remove(partition, row, etag) {
      const remove = () => table.deleteEntity(partition, row, { etag })
      return (await unless([MISSING, CHANGED], remove)) !== null
    },
    async *list(partition, range = {}, firstRows = LARGEST_PAGE) {
      const found = table.listEntities({ queryOptions: { filter: rangeFilter(partition, range) } })
      let on: string | undefined
      for await (const page of found.byPage({ maxPageSize: firstRows })) {
        // One by one: who stops in the middle of a page need not wait for the rest to be checked.
        for (const entity of page) yield parse(entity)
        on = page.continuationToken
        break
      }
      if (!on) return
      const rest = found.byPage({ maxPageSize: LARGEST_PAGE, continuationToken: on })
      for await (const page of rest) for (const entity of page) yield parse(entity)
    },
  }
}

/** A document as the row that keeps it. */
export const entityOf = (partitionKey: string, rowKey: string, value: unknown) => ({
  partitionKey,
  rowKey,
  document: JSON.stringify(value),
})

function rangeFilter(partition: string, { from, after, below }: RowRange): string {
  return [
    odata`PartitionKey eq ${partition}`,
    from !== undefined && odata`RowKey ge ${from}`,
    after !== undefined && odata`RowKey gt ${after}`,
    below !== undefined && odata`RowKey lt ${below}`,
  ]
    .filter((clause) => clause !== false)
    .join(' and ')
}

/** Undefined for what is no JSON: it fits no schema that does not expect damage. */
function parseJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

const keyOf = (entity: TableEntityResult<object>): string => entity.rowKey ?? ''

const etagOf = (written: { etag?: string } | null): { etag: string } | null =>
  written && { etag: written.etag ?? '' }
