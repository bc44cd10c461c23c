import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { makeUrgent } from '../../shared/render/hasten.ts'

/** A supervisor lets a recording overtake the others. */
export const handleMakeUrgent = edge(async (call) => {
  const visitor = await call.visitor()
  requireDuty(visitor.principal, 'hasten-renditions')
  const id = call.param('id', footageIdSchema)
  await makeUrgent(call.services, visitor, id)
  return { status: 202, jsonBody: { id } }
})

app.http('makeUrgent', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/urgent',
  handler: handleMakeUrgent,
})
