import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { grantRequestSchema, planGrant } from '../../shared/manage/grants.ts'

/** Gives one person access by name, for a time. */
export const handleGrantAccess = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const oid = call.param('oid', oidSchema)
  const grant = await call.body(grantRequestSchema)
  const request = { visitor, id, ifMatch: call.header('if-match'), reason: grant.reason }
  return changeAnswer(
    await changeFootage(call.services, request, 'grant', (footage, author) =>
      planGrant(footage, oid, grant, author),
    ),
  )
})

app.http('grantAccess', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'footage/{id}/grants/{oid}',
  handler: handleGrantAccess,
})
