import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { footageProgress } from '../../shared/retrieve/footage-progress.ts'

/** How far a recording has come, for those who wait for it. */
export const handleFootageProgress = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  return { jsonBody: await footageProgress(call.services, visitor, id) }
})

app.http('footageProgress', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/progress',
  handler: handleFootageProgress,
})
