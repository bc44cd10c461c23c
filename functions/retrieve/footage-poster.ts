import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { releasePoster } from '../../shared/retrieve/release.ts'

/** The picture that stands for a recording. */
export const handleFootagePoster = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const { url } = await releasePoster(call.services, visitor, id)
  return { status: 302, headers: { location: url } }
})

app.http('footagePoster', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/poster',
  handler: handleFootagePoster,
})
