import { app } from '@azure/functions'
import { checkTrail } from '../../shared/audit/read-trail.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'

/** Whether the audit trail of a recording is whole. */
export const handleVerifyAudit = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  return { jsonBody: await checkTrail(call.services, visitor, id) }
})

app.http('verifyAudit', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'footage/{id}/audit/verify',
  handler: handleVerifyAudit,
})
