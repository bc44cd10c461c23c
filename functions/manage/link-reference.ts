import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { referenceSchema } from '../../shared/footage/references.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'
import { changeFootage } from '../../shared/manage/change.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'
import { planLink } from '../../shared/manage/references.ts'

/** Links a recording to an incident, a crime, a case or an exhibit. */
export const handleLinkReference = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const reference = {
    type: call.param('type', referenceSchema.shape.type),
    value: call.param('value', pathTextSchema.pipe(referenceSchema.shape.value)),
  }
  const { reason } = await call.body(reasonOnlySchema)
  const request = { visitor, id, ifMatch: call.header('if-match'), reason }
  return changeAnswer(
    await changeFootage(call.services, request, 'link', (footage) => planLink(footage, reference)),
  )
})

app.http('linkReference', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'footage/{id}/references/{type}/{*value}',
  handler: handleLinkReference,
})
