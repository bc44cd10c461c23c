import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { edge } from '../../shared/http/edge.ts'
import { readHistory } from '../../shared/people/keep-register.ts'

/** Every change of what the people register says of a person. */
export const handlePersonHistory = edge(async (call) => {
  const { services, clientAddress } = call
  const { oid: actor } = await call.caller('read-people-history')
  const subject = call.param('oid', oidSchema)
  const consulted = 'person-history' as const
  await services.consultations.note({ actor, consulted, subject, clientAddress })
  return { jsonBody: await readHistory(services, subject) }
})

app.http('personHistory', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'people/{oid}/history',
  handler: handlePersonHistory,
})
