import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { edge } from '../../shared/http/edge.ts'
import { readHistory } from '../../shared/people/keep-register.ts'

/** Every change of what the people register says of a person. */
export const handlePersonHistory = edge(async (call) => {
  await call.caller('read-people-history')
  return { jsonBody: await readHistory(call.services, call.param('oid', oidSchema)) }
})

app.http('personHistory', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'people/{oid}/history',
  handler: handlePersonHistory,
})
