import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { amendFootage, amendmentSchema } from '../../shared/manage/amend.ts'

/** Marks a recording, restricts it, or corrects what is on record of it. */
export const handleAmendFootage = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const amendment = await call.body(amendmentSchema)
  const request = { visitor, id, ifMatch: call.header('if-match') }
  return changeAnswer(await amendFootage(call.services, request, amendment))
})

app.http('amendFootage', {
  methods: ['PATCH'],
  authLevel: 'anonymous',
  route: 'footage/{id}',
  handler: handleAmendFootage,
})
