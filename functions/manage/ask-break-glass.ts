import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { askBreakGlass } from '../../shared/manage/break-glass.ts'
import { reasonOnlySchema } from '../../shared/manage/reason.ts'

/** Asks for access in an emergency. */
export const handleAskBreakGlass = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const { reason } = await call.body(reasonOnlySchema)
  const { request, approveBefore } = await askBreakGlass(call.services, visitor, id, reason)
  return { status: 202, jsonBody: { request, state: 'pending', approveBefore } }
})

app.http('askBreakGlass', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/break-glass',
  handler: handleAskBreakGlass,
})
