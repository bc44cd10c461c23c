import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { purposeSchema } from '../../shared/retrieve/open-playback.ts'
import { takeOriginal } from '../../shared/retrieve/release.ts'

/** Hands out the original of a recording, recorded as disclosure. */
export const handleTakeOriginal = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const purpose = await call.body(purposeSchema)
  return { status: 201, jsonBody: await takeOriginal(call.services, visitor, id, purpose) }
})

app.http('takeOriginal', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/original',
  handler: handleTakeOriginal,
})
