import { app } from '@azure/functions'
import { footageIdSchema } from '../../shared/footage/ids.ts'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { quarantineReleaseSchema, releaseQuarantine } from '../../shared/quarantine/review.ts'

/** Within the patience of the front end: front ends cut HTTP requests off after 230 seconds. */
const RELEASE_LIMIT_MS = 200_000

/** A person accepts quarantined bytes as they are. */
export const handleReleaseQuarantine = edge(async (call) => {
  const principal = await call.principal()
  requireDuty(principal, 'manage-quarantine')
  const id = call.param('id', footageIdSchema)
  const release = await call.body(quarantineReleaseSchema)
  const signal = AbortSignal.timeout(RELEASE_LIMIT_MS)
  await releaseQuarantine(call.services, principal, id, release, signal)
  return { status: 202, jsonBody: { id } }
})

app.http('releaseQuarantine', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'quarantine/{id}/release',
  handler: handleReleaseQuarantine,
})
