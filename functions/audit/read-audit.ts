import { app } from '@azure/functions'
import { readTrail } from '../../shared/audit/read-trail.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'

/** The audit trail of a recording, with what vouches for it. */
export const handleReadAudit = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  return { jsonBody: await readTrail(call.services, visitor, id) }
})

app.http('readAudit', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/audit',
  handler: handleReadAudit,
})
