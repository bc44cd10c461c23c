import { app } from '@azure/functions'
import { oidSchema } from '../../shared/clearance/person.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { planRevocation } from '../../shared/manage/grants.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

/** Takes away the access that a person was given by name. */
export const handleRevokeAccess = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const oid = call.param('oid', oidSchema)
  const { reason } = await call.body(reasonOnlySchema)
  const request = { visitor, id, ifMatch: call.header('if-match'), reason }
  return changeAnswer(
    await changeFootage(call.services, request, 'grant', (footage) => planRevocation(footage, oid)),
  )
})

app.http('revokeAccess', {
  methods: ['DELETE'],
  authLevel: 'anonymous',
  route: 'footage/{id}/grants/{oid}',
  handler: handleRevokeAccess,
})
