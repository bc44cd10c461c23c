import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { referenceSchema } from '../../shared/footage/references.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'
import { assign } from '../../shared/people/assign.ts'

/** Assigns a person to an incident, a crime or a case. */
export const handleAssignOfficer = edge(async (call) => {
  const principal = await call.principal()
  requireDuty(principal, 'assign-officers')
  const oid = call.param('oid', oidSchema)
  const reference = {
    type: call.param('type', referenceSchema.shape.type),
    value: call.param('value', pathTextSchema.pipe(referenceSchema.shape.value)),
  }
  const assignments = await assign(call.services, principal, oid, reference, 'assigned')
  return { jsonBody: { oid, assignments } }
})

app.http('assignOfficer', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'people/{oid}/assignments/{type}/{*value}',
  handler: handleAssignOfficer,
})
