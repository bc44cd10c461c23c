import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { makeUrgent } from '../../shared/render/redrive.ts'
import { admit } from '../../shared/retrieve/admit.ts'

/** A supervisor lets a recording overtake the others. */
export const handleMakeUrgent = edge(async (call) => {
  const visitor = await call.visitor()
  const { principal, clientAddress } = visitor
  requireDuty(principal, 'hasten-renditions')
  const id = call.param('id', footageIdSchema)
  const { services } = call
  const { basis } = await admit(services, visitor, 'list', id)
  await services.audit.append(id, {
    action: 'made-urgent',
    actor: principal.oid,
    basis,
    clientAddress,
  })
  await makeUrgent(services, id)
  return { status: 202, jsonBody: { id } }
})

app.http('makeUrgent', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/urgent',
  handler: handleMakeUrgent,
})
