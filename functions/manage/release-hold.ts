import { app } from '@azure/functions'
import { unitSchema } from '../../shared/footage/boroughs.ts'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { planHoldRelease } from '../../shared/manage/holds.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

/** Releases a hold of a recording. */
export const handleReleaseHold = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const name = call.param('name', unitSchema)
  const { reason } = await call.body(reasonOnlySchema)
  const request = { visitor, id, ifMatch: call.header('if-match'), reason }
  return changeAnswer(
    await changeFootage(call.services, request, 'hold', (footage) =>
      planHoldRelease(footage, name),
    ),
  )
})

app.http('releaseHold', {
  methods: ['DELETE'],
  authLevel: 'anonymous',
  route: 'footage/{id}/holds/{name}',
  handler: handleReleaseHold,
})
