import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { referenceSchema } from '../../shared/footage/references.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'
import { assign } from '../../shared/people/assign.ts'

/** Ends the assignment of a person. */
export const handleUnassignOfficer = edge(async (call) => {
  const principal = await call.principal()
  requireDuty(principal, 'assign-officers')
  const oid = call.param('oid', oidSchema)
  const reference = {
    type: call.param('type', referenceSchema.shape.type),
    value: call.param('value', pathTextSchema.pipe(referenceSchema.shape.value)),
  }
  const assignments = await assign(call.services, principal, oid, reference, 'unassigned')
  return { jsonBody: { oid, assignments } }
})

app.http('unassignOfficer', {
  methods: ['DELETE'],
  authLevel: 'anonymous',
  route: 'people/{oid}/assignments/{type}/{*value}',
  handler: handleUnassignOfficer,
})
