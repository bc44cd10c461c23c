import { app } from '@azure/functions'
import { route } from '../../shared/http/route.ts'
import { search, searchPageSchema, searchQuerySchema } from '../../shared/retrieve/search.ts'

app.http(
  ...route({
    name: 'searchFootage',
    method: 'GET',
    path: 'footage',
    summary: 'Footage that the caller may list, newest first, a page at a time',
    access: { duty: 'search-footage' },
    query: searchQuerySchema,
    limit: 'search',
    answers: { 200: { body: searchPageSchema } },
    async handle({ services, query, principal }) {
      return { status: 200, body: await search(services, await principal(), query) }
    },
  }),
)
