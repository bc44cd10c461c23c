import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { inspectQuarantine } from '../../shared/quarantine/review.ts'

/** What waits of one recording, with short-lived URLs to inspect the bytes. */
export const handleInspectQuarantine = edge(async (call) => {
  const visitor = await call.visitor()
  requireDuty(visitor.principal, 'manage-quarantine')
  const id = call.param('id', footageIdSchema)
  return { jsonBody: await inspectQuarantine(call.services, visitor, id) }
})

app.http('inspectQuarantine', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'quarantine/{id}',
  handler: handleInspectQuarantine,
})
