import { app } from '@azure/functions'
import { z } from 'zod'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge } from '../../shared/http/edge.ts'
import { approveBreakGlass } from '../../shared/manage/break-glass.ts'

/** A second person approves access in an emergency. */
export const handleApproveBreakGlass = edge(async (call) => {
  const visitor = await call.visitor()
  const id = call.param('id', footageIdSchema)
  const key = call.param('request', z.uuidv7())
  const { request, approval } = await approveBreakGlass(call.services, visitor, id, key)
  return { jsonBody: { request, state: 'approved', ...approval } }
})

app.http('approveBreakGlass', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'footage/{id}/break-glass/{request}/approval',
  handler: handleApproveBreakGlass,
})
