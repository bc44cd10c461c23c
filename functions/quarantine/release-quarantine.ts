import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { quarantineReleaseSchema, releaseQuarantine } from '../../shared/quarantine/review.ts'

/** A person accepts quarantined bytes as they are. */
export const handleReleaseQuarantine = edge(async (call) => {
  const visitor = await call.visitor()
  requireDuty(visitor.principal, 'manage-quarantine')
  const id = call.param('id', footageIdSchema)
  const release = await call.body(quarantineReleaseSchema)
  await releaseQuarantine(call.services, visitor, id, release)
  return { status: 202, jsonBody: { id } }
})

app.http('releaseQuarantine', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'quarantine/{id}/release',
  handler: handleReleaseQuarantine,
})
