import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import { search, searchPageSchema } from '../../shared/retrieve/search.ts'
import { searchQuerySchema } from '../../shared/retrieve/search-query.ts'

app.http(
  ...route({
    name: 'searchFootage',
    method: 'GET',
    path: 'footage',
    summary: 'Footage that the caller may list, newest first, a page at a time',
    description:
      'All that is named must be so. Nothing named: all that the caller may list; evidence managers, whose is all, must name something. The span is at most ten years, and the last 92 days unless `from` says otherwise. A page may be short or empty and still have a `next`. What the caller may not list leaves no trace.',
    tag: 'Finding',
    access: { duty: 'search-footage' },
    query: searchQuerySchema,
    limit: 'search',
    answers: { 200: { body: searchPageSchema } },
    consults: {
      what: 'footage',
      subject: ({ query: { cursor, limit, ...asked } }) => JSON.stringify(asked),
    },
    async handle({ services, query, principal }) {
      return { status: 200, body: await search(services, await principal(), query) }
    },
  }),
)
