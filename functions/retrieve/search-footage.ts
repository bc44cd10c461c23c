import { app } from '@azure/functions'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { search, searchQuerySchema } from '../../shared/retrieve/search.ts'

/** Lists footage that the caller may list, newest first, a page at a time. */
export const handleSearchFootage = edge(async (call) => {
  const principal = await call.principal()
  requireDuty(principal, 'search-footage')
  return { jsonBody: await search(call.services, principal, call.query(searchQuerySchema)) }
})

app.http('searchFootage', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage',
  handler: handleSearchFootage,
})
