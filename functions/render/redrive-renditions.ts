import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { redriveRenditions } from '../../shared/render/hasten.ts'

/** A person asks that what failed or was given up be rendered again. */
export const handleRedriveRenditions = edge(async (call) => {
  const visitor = await call.visitor()
  requireDuty(visitor.principal, 'hasten-renditions')
  const id = call.param('id', footageIdSchema)
  await redriveRenditions(call.services, visitor, id)
  return { status: 202, jsonBody: { id } }
})

app.http('redriveRenditions', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/renditions',
  handler: handleRedriveRenditions,
})
