import { z } from 'zod'

/** A list that fits one answer: there is never a next page of it. */
export const listOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next: z.null() })

/** Such a list. */
export const wholeList = <T>(items: T[]) => ({ items, next: null })
