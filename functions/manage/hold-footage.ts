import { app } from '@azure/functions'
import { unitSchema } from '../../shared/footage/boroughs.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { planHold } from '../../shared/manage/holds.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

/** Keeps a recording from disposal. */
export const handleHoldFootage = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const name = call.param('name', unitSchema)
  const { reason } = await call.body(reasonOnlySchema)
  const request = { visitor, id, ifMatch: call.header('if-match'), reason }
  return changeAnswer(
    await changeFootage(call.services, request, 'hold', (footage, author) =>
      planHold(footage, name, author),
    ),
  )
})

app.http('holdFootage', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'footage/{id}/holds/{name}',
  handler: handleHoldFootage,
})
