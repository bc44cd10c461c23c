import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { followProgress } from '../../shared/retrieve/follow-progress.ts'

/** The progress of a recording as Server-Sent Events, one a request; 204 ends the stream. */
export const handleFollowProgress = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const event = await followProgress(call.services, visitor, id, call.header('last-event-id'))
  if (event === null) return { status: 204 }
  return { headers: { 'content-type': 'text/event-stream' }, body: event }
})

app.http('followProgress', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/events',
  handler: handleFollowProgress,
})
