import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { referenceSchema } from '../../shared/footage/references.ts'
import { changeAnswer } from '../../shared/http/change-answer.ts'
import { edge } from '../../shared/http/edge.ts'
import { pathTextSchema } from '../../shared/http/path-value.ts'
import { caseMarkRequestSchema, planCaseMark } from '../../shared/manage/cases.ts'
import { changeFootage } from '../../shared/manage/change.ts'

/** Marks a recording as evidence, unused or sensitive unused material of a case. */
export const handleMarkForCase = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const urn = call.param('urn', pathTextSchema.pipe(referenceSchema.shape.value))
  const mark = await call.body(caseMarkRequestSchema)
  const request = { visitor, id, ifMatch: call.header('if-match'), reason: mark.reason }
  return changeAnswer(
    await changeFootage(call.services, request, 'mark-case', (footage, author) =>
      planCaseMark(footage, urn, mark, author),
    ),
  )
})

app.http('markForCase', {
  methods: ['PUT'],
  authLevel: 'anonymous',
  route: 'footage/{id}/cases/{*urn}',
  handler: handleMarkForCase,
})
