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

/** A list that fits one answer: there is never a next page of it. */
export const listOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.null() })

/** Such a list. */
export const wholeList = <T>(items: T[]) => ({ items, next: null })
