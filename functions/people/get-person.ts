import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { edge } from '../../shared/http/edge.ts'
import { readRegister } from '../../shared/people/keep-register.ts'

/** An administrator reads what the people register says of a person. */
export const handleGetPerson = edge(async (call) => {
  await call.caller('keep-people-register')
  const { entry, etag } = await readRegister(call.services, call.param('oid', oidSchema))
  return { jsonBody: entry, headers: { etag } }
})

app.http('getPerson', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'people/{oid}',
  handler: handleGetPerson,
})
