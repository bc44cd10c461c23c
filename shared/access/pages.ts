import { z } from 'zod'

/** Which page of a list: how many items, from where the page before ended. */
export const pageShape = (most: number, unlessSaid: number) => ({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(most)
    .default(unlessSaid)
    .describe('how many items a page has at most'),
  cursor: cursorSchema.optional(),
})

/** Where the page before ended, as its answer said. */
export const cursorSchema = z
  .string()
  .max(500)
  .meta({
    description:
      'the `next` of the page before, with the same query and by the same caller; good for 12 hours',
    examples: ['9mVq3xW1c0Yw7l2pT5uH'],
  })

/** A page of a list, and the cursor of the next one; null: it was the last. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.string().nullable() })

/**
 * The rows of one page, of a list that is read from where the page before ended, and the cursor of
 * the next. One row more is looked at, so that a cursor always leads to something.
 */
export async function takePage<T>(
  list: AsyncIterable<T>,
  limit: number,
  cursorAfter: (last: T) => string,
): Promise<{ rows: T[]; next: string | null }> {
  const rows: T[] = []
  for await (const row of list) {
    const last = rows.at(-1)
    if (last !== undefined && rows.length === limit) return { rows, next: cursorAfter(last) }
    rows.push(row)
  }
  return { rows, next: null }
}

/** A list that fits one answer: there is never a next page of it. */
export const listOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.null() })

/** Such a list. */
export const wholeList = <T>(items: T[]) => ({ items, next: null })
