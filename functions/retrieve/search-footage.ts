import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import { search, searchPageSchema } from '../../shared/retrieve/search.ts'
import { searchQuerySchema } from '../../shared/retrieve/search-query.ts'

app.http(
  ...route({
    name: 'searchFootage',
    method: 'GET',
    path: 'footage',
    summary:
      'Footage that the caller may list, newest first, a page at a time. Nothing named: all of theirs; for evidence managers, whose is all, something must be named',
    access: { duty: 'search-footage' },
    query: searchQuerySchema,
    limit: 'search',
    answers: { 200: { body: searchPageSchema } },
    async handle({ services, query, principal }) {
      return { status: 200, body: await search(services, await principal(), query) }
    },
  }),
)
