import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { openPlayback, purposeSchema } from '../../shared/retrieve/open-playback.ts'

/** Opens a recording for viewing: gives a ticket in a URL that any HLS player can use. */
export const handleOpenPlayback = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const purpose = await call.body(purposeSchema)
  const playback = await openPlayback(call.services, visitor, id, purpose, call.baseUrl)
  return { status: 201, jsonBody: playback }
})

app.http('openPlayback', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/playback',
  handler: handleOpenPlayback,
})
