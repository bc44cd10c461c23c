import { app } from '@azure/functions'
import { oidSchema, registerEntrySchema } from '../../shared/clearance/person.ts'
import { edge } from '../../shared/http/edge.ts'
import { writeRegister } from '../../shared/people/keep-register.ts'

/** An administrator adds a person to the register, or replaces an entry (If-Match). */
export const handlePutPerson = edge(async (call) => {
  const { oid: actor } = await call.caller('keep-people-register')
  const oid = call.param('oid', oidSchema)
  const entry = await call.body(registerEntrySchema)
  const written = await writeRegister(call.services, oid, entry, call.header('if-match'), {
    by: actor,
    cause: 'entered',
  })
  call.services.log.info('the people register changed', { actor, oid })
  return { jsonBody: written.entry, headers: { etag: written.etag } }
})

app.http('putPerson', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'people/{oid}',
  handler: handlePutPerson,
})
