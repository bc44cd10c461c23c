import { app } from '@azure/functions'
import { edge, requireDuty } from '../../shared/http/edge.ts'
import { listQuarantine } from '../../shared/quarantine/review.ts'

/** Recordings whose bytes were not what the dock declared. */
export const handleListQuarantine = edge(async (call) => {
  const principal = await call.principal()
  requireDuty(principal, 'manage-quarantine')
  return { jsonBody: { items: await listQuarantine(call.services, principal), next: null } }
})

app.http('listQuarantine', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'quarantine',
  handler: handleListQuarantine,
})
