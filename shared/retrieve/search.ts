import { z } from 'zod'
import type { Principal } from '../clearance/person.ts'
import { refusedForAll } from '../clearance/standing.ts'
import { mayThroughout } from '../clearance/throughout.ts'
import { londonTime } from '../footage/clock.ts'
import { type Summary, summarySchema } from '../footage/summary.ts'
import type { Services } from '../services.ts'
import { planSearch } from './search-plan.ts'
import { matches, type SearchQuery, spanOf } from './search-query.ts'

/**
 * How many recordings that the caller may list one request goes through, sought or not. What they
 * may not list does not count: where a page ends must not tell of it.
 */
export const LISTED_PER_REQUEST = 5_000

/** A recording as a result list shows it. */
const searchItemSchema = summarySchema
  .omit({ grants: true, becoming: true, revision: true })
  .extend({ recordedAtLondon: z.string().describe('as people in London read it') })
export type SearchItem = z.infer<typeof searchItemSchema>

/** A page of results, and the cursor of the next one. */
export const searchPageSchema = z.object({
  items: z.array(searchItemSchema),
  next: z
    .string()
    .nullable()
    .describe(
      'the cursor to go on with; null: the span ends here. A page may be short or empty and yet have one: a request goes through a part of a long span',
    ),
})
export type SearchPage = z.infer<typeof searchPageSchema>

/**
 * Footage that this person may list, newest first, a page at a time. Without anything named: all of
 * it. What they may not list leaves no trace, neither in items nor in where pages end.
 * @throws BluelampError `invalid-request` as planSearch and spanOf, and for a foreign cursor
 */
export async function search(
  { index, cursors, now }: Pick<Services, 'index' | 'cursors' | 'now'>,
  principal: Principal,
  query: SearchQuery,
): Promise<SearchPage> {
  const { cursor, limit, from: _from, to: _to, ...sought } = query
  const time = now()
  const binding = {
    list: 'footage',
    oid: principal.oid,
    query: JSON.stringify({ ...query, cursor: undefined }),
  }
  const start = cursor ? openPosition(cursors.open(cursor, binding)) : spanOf(query, time)
  const { register } = principal
  if (!register || refusedForAll(principal, 'list', time)) return { items: [], next: null }
  const { paths, reachMs } = planSearch(principal, register, sought, time)
  const pageUntil = (items: SearchItem[], end: { to: string; after?: string }): SearchPage => ({
    items,
    next: cursors.seal(JSON.stringify({ from: start.from, ...end }), binding),
  })

  const items: SearchItem[] = []
  let listed = 0
  const horizon = laterOf(start.from, new Date(Date.parse(start.to) - reachMs).toISOString())
  for await (const { summary, rowKey } of index.read(paths, { ...start, from: horizon })) {
    if (!mayThroughout(principal, 'list', summary, time)) continue
    listed += 1
    if (matches(sought, summary)) items.push(searchItem(summary))
    if (items.length === limit || listed === LISTED_PER_REQUEST) {
      return pageUntil(items, { to: summary.recordedAt, after: rowKey })
    }
  }
  return horizon === start.from ? { items, next: null } : pageUntil(items, { to: horizon })
}

/**
 * What is left of the span: it is fixed by the first page, or a list would move under the reader. It
 * begins after a recording that they may list, or at a moment that follows from such.
 */
const positionSchema = z.object({ from: z.string(), to: z.string(), after: z.string().optional() })
const openPosition = (position: string): z.infer<typeof positionSchema> =>
  positionSchema.parse(JSON.parse(position))

/** Of two times of ISO 8601 in UTC. */
const laterOf = (one: string, other: string): string => (one > other ? one : other)

function searchItem(summary: Summary): SearchItem {
  const { grants: _grants, becoming: _becoming, revision: _revision, ...shown } = summary
  return { ...shown, recordedAtLondon: londonTime(shown.recordedAt) }
}
