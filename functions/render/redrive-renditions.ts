import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { redriveRenditions } from '../../shared/render/redrive.ts'
import { admit } from '../../shared/retrieve/admit.ts'

/** A person asks that what failed or was given up be rendered again. */
export const handleRedriveRenditions = edge(async (call) => {
  const visitor = await call.visitor()
  const { principal, clientAddress } = visitor
  requireDuty(principal, 'hasten-renditions')
  const id = call.param('id', footageIdSchema)
  const { services } = call
  const { basis } = await admit(services, visitor, 'list', id)
  await services.audit.append(id, {
    action: 'renditions-redriven',
    actor: principal.oid,
    basis,
    clientAddress,
  })
  await redriveRenditions(services, id)
  return { status: 202, jsonBody: { id } }
})

app.http('redriveRenditions', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/renditions',
  handler: handleRedriveRenditions,
})
